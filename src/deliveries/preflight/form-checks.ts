import { type Finding, gathered, warns } from '#editions/preflight/finding.ts'
import type { Edition } from '#editions/store.ts'
import { lintMessage } from '#mail/lint-message.ts'
import type { CheckedMail } from './compose-mails.ts'

/** Every rule of a good mail, for each of them; and that the text says what the HTML says. */
export async function checkForm(
  { kind }: Pick<Edition, 'kind'>,
  { mails, headlines }: { mails: readonly CheckedMail[]; headlines: readonly string[] },
): Promise<Finding[]> {
  return [
    ...gathered(
      'mail rules',
      await lintFaults(mails, kind),
      `${mails.length} mails keep every rule`,
    ),
    ...gathered(
      'text part',
      // The others hold headlines of stories that are not in them, as a preview text.
      mails.flatMap((mail, place) => textFaults(mail, place === 0 ? headlines : [])),
      'the text says what the HTML says',
    ),
  ]
}

async function lintFaults(
  mails: readonly CheckedMail[],
  kind: Edition['kind'],
): Promise<Finding[]> {
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

/** Who reads the text gets the same stories. */
function textFaults({ name, html, text }: CheckedMail, headlines: readonly string[]): Finding[] {
  if (text.trim() === '') return [warns('text part', `${name} has no text part`)]
  const visible = plain(html.replaceAll('&amp;', '&'))
  const missing = headlines.find(
    (headline) => visible.includes(plain(headline)) && !plain(text).includes(plain(headline)),
  )
  return missing === undefined
    ? []
    : [warns('text part', `the text part of ${name} leaves out “${missing}”`)]
}

/** Letters and digits alone: lines are broken and signs are written in other ways in each part. */
function plain(words: string): string {
  return words.replace(/<[^>]+>/g, ' ').replace(/[^\p{L}\p{N}]+/gu, '')
}
