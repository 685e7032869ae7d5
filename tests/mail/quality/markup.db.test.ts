import { HtmlValidate } from 'html-validate'
import PostalMime from 'postal-mime'
import { beforeAll, expect, test } from 'vitest'
import { readFeatures } from '#mail/lint/client-support.ts'
import { lintMail } from '#mail/lint-message.ts'
import { HOSTILE } from './hostile-stories.ts'
import { ADDRESS, DOMAIN, openOurHouse, type OurMails, sendOurMails } from './our-mails.ts'

const KINDS = {
  digest: 'digest',
  alert: 'alert',
  note: 'note',
  confirm: 'service',
  welcome: 'service',
} as const
const CASES = Object.keys(KINDS) as (keyof typeof KINDS)[]

// What mail needs and pages do not: sizes as attributes, styles in place, Outlook's conditional comments.
const htmlValidate = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: {
    'no-deprecated-attr': 'off',
    'attribute-allowed-values': 'off',
    'close-order': 'error',
    'no-dup-id': 'error',
    'no-dup-attr': 'error',
    'no-raw-characters': 'error',
  },
})

const mails: Record<'plain' | 'hostile', OurMails | undefined> = {
  plain: undefined,
  hostile: undefined,
}

beforeAll(async () => {
  await using house = await openOurHouse()
  mails.plain = await sendOurMails(house)
  await using other = await openOurHouse()
  mails.hostile = await sendOurMails(other, {
    stories: HOSTILE.map((headline) => ({ headline })),
    alert: HOSTILE[0] ?? '',
  })
}, 60_000)

function rawOf(kind: keyof typeof KINDS, texts: keyof typeof mails): Buffer {
  const raw = mails[texts]?.[kind].raw
  if (raw === undefined) throw new Error('nothing was sent')
  return raw
}

test.each(CASES)('a sent %s keeps every rule of the lint', async (kind) => {
  const expected = { kind: KINDS[kind], messageIdDomain: DOMAIN, postalAddress: ADDRESS }

  const { violations } = await lintMail(rawOf(kind, 'plain'), expected)

  expect(violations).toEqual([])
})

test.skipIf(readFeatures() === null && process.env['CI'] !== 'true')(
  'the lint looked at what mail programs know (skipped: caniemail is not installed)',
  async () => {
    const { unchecked } = await lintMail(rawOf('digest', 'plain'), { kind: 'digest' })

    expect(unchecked).toEqual([])
  },
)

test.each(['digest', 'alert'] as const)(
  'a sent %s of hostile stories keeps the rules of look, structure and mail programs',
  async (kind) => {
    const { violations } = await lintMail(rawOf(kind, 'hostile'), {
      kind,
      messageIdDomain: DOMAIN,
      postalAddress: ADDRESS,
    })

    // Braces and markup in the words of a headline are words, and look like leftovers.
    const words = new Set(['no-leftovers', 'text-without-markup'])
    expect(violations.filter(({ rule }) => !words.has(rule))).toEqual([])
  },
)

test.each(CASES.flatMap((kind) => [[kind, 'plain'] as const, [kind, 'hostile'] as const]))(
  'the HTML of a sent %s (%s stories) is valid',
  async (kind, texts) => {
    const { html = '' } = await PostalMime.parse(rawOf(kind, texts))

    const { results } = await htmlValidate.validateString(html)

    const found = results.flatMap(({ messages }) =>
      messages.map(({ ruleId, line, column, message }) => `${ruleId} ${line}:${column} ${message}`),
    )
    expect(html.length).toBeGreaterThan(5000)
    expect(found).toEqual([])
  },
)
