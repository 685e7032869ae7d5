import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lintMail } from '#mail/lint-message.ts'
import { askRspamd, askSpamAssassin } from '#mail/lint/spam-score.ts'
import { isInstalled } from './installed.ts'
import { openOurHouse, type OurMails, sendOurMails } from './our-mails.ts'
import { startRspamd } from './rspamd-server.ts'

const KINDS = ['digest', 'alert', 'note', 'confirm', 'welcome'] as const

// What a filter must be able to see, or its low scores say nothing.
const SPAM = Buffer.from(
  [
    'From: Prize <x@example.invalid>',
    'To: reader@example.net',
    'Subject: MAKE MONEY FAST!!!',
    'Content-Type: text/html',
    '',
    '<font color="#ffffff">hidden</font><b>CLICK HERE</b> <a href="http://1.2.3.4/">viagra</a>',
    'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X',
    '',
  ].join('\r\n'),
)

let mails: OurMails

beforeAll(async () => {
  await using house = await openOurHouse()
  mails = await sendOurMails(house)
})

describe.skipIf(!isInstalled('spamassassin'))(
  'SpamAssassin (skipped: spamassassin is not installed)',
  { timeout: 120_000 },
  () => {
    test.each(KINDS)('gives a sent %s at most 1.0', async (kind) => {
      const answer = await askSpamAssassin(mails[kind].raw)

      if (typeof answer === 'string') throw new Error(answer)
      expect(answer.score).toBeLessThanOrEqual(1)
    })

    test('knows spam, and the lint names what it found', async () => {
      const { violations } = await lintMail(SPAM, {}, { spam: true })

      const found = violations.find(({ rule }) => rule === 'spam-score')
      expect(found?.what).toMatch(/^spamassassin gives 1\d{3}\.\d of at most 1: GTUBE 1000, /)
    })
  },
)

const rspamdIsHere = isInstalled('rspamd') && isInstalled('rspamc')

describe.skipIf(!rspamdIsHere)(
  'rspamd (skipped: rspamd is not installed)',
  { timeout: 120_000 },
  () => {
    let rspamd: Awaited<ReturnType<typeof startRspamd>>

    beforeAll(async () => {
      rspamd = await startRspamd()
    }, 90_000)

    afterAll(async () => {
      await rspamd[Symbol.asyncDispose]()
    })

    test.each(KINDS)(
      'gives a sent %s at most 2 without what it says of this machine',
      async (kind) => {
        const answer = await askRspamd(mails[kind].raw, rspamd)

        if (typeof answer === 'string') throw new Error(answer)
        expect(answer.symbols.map(({ name }) => name)).toContain('MIME_GOOD')
        expect(answer.score).toBeLessThanOrEqual(2)
      },
    )

    test('does not count where the mail came from', async () => {
      const answer = await askRspamd(mails.digest.raw, rspamd)

      const names = typeof answer === 'string' ? [] : answer.symbols.map(({ name }) => name)
      expect(names).not.toContain('HFILTER_HOSTNAME_UNKNOWN')
    })
  },
)
