import PostalMime from 'postal-mime'
import type { Context } from '#context.ts'
import type { Edition } from '#editions/store.ts'
import { allBlocks, CORRECTION, SINCE } from '#mail/digest-blocks.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { openToken } from '#subscribers/tokens.ts'
import { composeReaderMail, type EditionForm, openForm } from '../reader-mail.ts'
import { type Finding, gathered, stops, warns } from '#editions/preflight/finding.ts'

/** Gmail cuts at 102 KB. */
const MOST_HTML = 90_000
/** Random choices of stories that are composed and looked at; 100 take some seconds. */
const VARIANTS = 100
const READER = {
  subscriberId: 1,
  publicId: 1,
  addressVersion: 1,
  email: 'reader@preflight.invalid',
}

type Mail = {
  name: string
  raw: Buffer
  html: string
  text: string
  unsubscribe: string
  post: string
}

/**
 * Real mails of the edition: with everything, with the least, and with a hundred random choices of stories. `random` is
 * between 0 and 1.
 */
export async function checkMails(
  { secrets, config }: Pick<Context, 'secrets' | 'config'>,
  edition: Edition,
  drawing: Drawing,
): Promise<Finding[]> {
  const form = openForm({ secrets, signer: null }, edition)
  const mails: Mail[] = []
  for (const { name, blocks } of choicesOf(edition, drawing))
    mails.push(await compose(form, { name, blocks }))
  const largest = mails[0]
  if (largest === undefined) return [stops('size', 'the edition has no mail')]
  const size = Buffer.byteLength(largest.html)
  return [
    ...gathered(
      'unsubscribe',
      unsubscribeFaults(largest, { secrets, edition, config }),
      'the link and the header work, and lead to us',
    ),
    ...gathered('leftovers', mails.flatMap(leftoversIn), 'nothing of a template is left'),
    ...gathered('size', sizeFaults(largest), `the largest mail is ${Math.round(size / 1000)} KB`),
    ...gathered(
      'mail rules',
      await lintFaults(mails, edition),
      `${mails.length} mails keep every rule`,
    ),
  ]
}

/**
 * What of that keeps an edition from leaving, of everybody's mail and of the one with everything: quick enough for an
 * alert, which waits for nobody.
 */
export async function findMailStops(
  { secrets, config }: Pick<Context, 'secrets' | 'config'>,
  { edition, everybodys }: { edition: Edition; everybodys: number[] },
): Promise<Finding[]> {
  const form = openForm({ secrets, signer: null }, edition)
  const [everything] = choicesOf(edition, { random: () => 0, variants: 0 })
  const mail = await compose(form, { name: 'the mail', blocks: everybodys })
  const all = everything === undefined ? mail : await compose(form, everything)
  return [
    ...unsubscribeFaults(mail, { secrets, edition, config }),
    ...leftoversIn(all),
    ...sizeFaults(mail),
  ].filter(({ outcome }) => outcome === 'stops')
}

function sizeFaults({ html }: Mail): Finding[] {
  const size = Buffer.byteLength(html)
  if (size <= MOST_HTML) return []
  const reason = `the largest mail is ${Math.round(size / 1000)} KB, and Gmail cuts long ones: drop a story or a box`
  return [stops('size', reason)]
}

export type Drawing = { random: () => number; variants?: number | undefined }

type Choice = { name: string; blocks: number[] }

function choicesOf(
  { compiled, kind }: Edition,
  { random, variants = VARIANTS }: Drawing,
): Choice[] {
  if (compiled.form === 'single') return [{ name: `the ${kind}`, blocks: [0] }]
  const { digest } = compiled
  const since = digest.stories.flatMap((story, place) =>
    story.since == null ? [] : [SINCE + place],
  )
  const everything = [...allBlocks(digest), ...since]
  const stories = everything.filter((block) => block < SINCE)
  const smallest = stories.toSorted(
    (a, b) =>
      (digest.stories[a]?.lead.html.length ?? 0) - (digest.stories[b]?.lead.html.length ?? 0),
  )[0]
  const drawn = Array.from({ length: variants }, (_, number) => {
    const some = stories.filter(() => random() < 0.5)
    const aside = everything.filter(
      (block) => block >= SINCE && block < CORRECTION && random() < 0.3,
    )
    const first = stories[Math.floor(random() * stories.length)] ?? 0
    const blocks = some.length > 0 ? some : [first]
    return {
      name: `choice ${number + 1}`,
      blocks: [...blocks, ...aside.filter((block) => !blocks.includes(block - SINCE))],
    }
  })
  return [
    {
      name: 'the mail with everything',
      blocks: everything.filter((block) => block < SINCE || block >= CORRECTION),
    },
    { name: 'the smallest mail', blocks: [smallest ?? 0] },
    ...drawn,
  ]
}

async function compose(form: EditionForm, { name, blocks }: Choice): Promise<Mail> {
  const { message } = composeReaderMail(form, { ...READER, blocks })
  const { bytes, free } = await message(UNSIGNED)
  const raw = Buffer.from(bytes)
  free?.()
  const { html = '', text = '', headers } = await PostalMime.parse(raw)
  const header = (wanted: string) => headers.find(({ key }) => key === wanted)?.value ?? ''
  return {
    name,
    raw,
    html,
    text,
    unsubscribe: header('list-unsubscribe'),
    post: header('list-unsubscribe-post'),
  }
}

function unsubscribeFaults(
  { unsubscribe, post, html, text }: Mail,
  { secrets, edition, config }: Pick<Context, 'secrets' | 'config'> & { edition: Edition },
): Finding[] {
  const url = /<(https?:[^>]+)>/.exec(unsubscribe)?.[1] ?? ''
  const opened = openToken(secrets, 'unsubscribe', url.slice(url.lastIndexOf('/') + 1))
  const own = edition.compiled.sender.publicUrl
  const here = config.publicUrl.href
  const faults: [boolean, string][] = [
    [opened?.reference !== edition.id, 'the link in the header List-Unsubscribe opens nothing'],
    [post !== 'List-Unsubscribe=One-Click', 'the header List-Unsubscribe-Post is missing'],
    [![html, text].every((part) => part.includes('/u/')), 'a part of the mail has no link'],
    [!url.startsWith(own), `the link does not lead to ${own}`],
    [own !== here, `it was composed for ${own}, and PUBLIC_URL is ${here}: compose it again`],
  ]
  return faults.flatMap(([wrong, reason]) => (wrong ? [stops('unsubscribe', reason)] : []))
}

const LEFTOVER = /\{\{|\}\}|\{%|%\}|%%slot|\[object /i
/** News may say these, if seldom: a person looks. */
const SUSPECT = /\bundefined\b|\bNaN\b|\blorem ipsum\b/i

function leftoversIn({ name, html, text }: Mail): Finding[] {
  const visible = html.replace(/<style[\s\S]*?<\/style>/g, '').replace(/<[^>]+>/g, ' ')
  for (const [pattern, say] of [
    [LEFTOVER, stops],
    [SUSPECT, warns],
  ] as const) {
    const found = pattern.exec(visible) ?? pattern.exec(text)
    if (found === null) continue
    const words = found.input.slice(Math.max(0, found.index - 30), found.index + 30)
    return [say('leftovers', `${name} holds “${words.replace(/\s+/g, ' ').trim()}”`)]
  }
  return []
}

async function lintFaults(mails: readonly Mail[], { kind }: Edition): Promise<Finding[]> {
  // A dozen rules with a parser each: not for who only sends.
  const { lintMessage } = await import('#mail/lint-message.ts')
  const seen = new Set<string>()
  const found: Finding[] = []
  for (const { name, raw } of mails) {
    for (const { rule, severity, what } of await lintMessage(raw, { kind })) {
      if (severity !== 'fault' || seen.has(rule)) continue
      seen.add(rule)
      found.push(warns('mail rules', `${name}: ${what}`))
    }
  }
  return found
}
