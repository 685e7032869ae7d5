import { reasonOf } from '#errors.ts'
import { APPEARANCE_RULES } from '#mail/lint/appearance.ts'
import { CLIENT_RULES, uncheckedClients } from '#mail/lint/clients.ts'
import { CONTENT_RULES } from '#mail/lint/content.ts'
import { HEADER_RULES } from '#mail/lint/headers.ts'
import { LINK_RULES } from '#mail/lint/links.ts'
import { scoreSpam } from '#mail/lint/spam-score.ts'
import { STRUCTURE_RULES } from '#mail/lint/structure.ts'
import {
  examine,
  type Examined,
  type Expected,
  type Rule,
  shortened,
  type Violation,
} from '#mail/lint/subject.ts'
import { WIRE_RULES } from '#mail/lint/wire.ts'

export const RULES: readonly Rule[] = [
  ...WIRE_RULES,
  ...HEADER_RULES,
  ...CONTENT_RULES,
  ...LINK_RULES,
  ...STRUCTURE_RULES,
  ...APPEARANCE_RULES,
  ...CLIENT_RULES,
]

/** A page with a fault in every paragraph is told of the first few; the rest is a count. */
const MOST_BREACHES = 20

const CR = 13

type Lint = {
  violations: Violation[]
  /** What this machine could not check, and why. */
  unchecked: string[]
}

/** What keeps a finished mail from going out well; nothing when it keeps every rule. */
export async function lintMessage(raw: Uint8Array, expected: Expected): Promise<Violation[]> {
  return (await lintMail(raw, expected)).violations
}

/** The same for a mail of anybody, with the score of the spam filters of this machine if wanted. Never throws for a mail. */
export async function lintMail(
  raw: Uint8Array,
  expected: Expected,
  { spam = false, signal }: { spam?: boolean; signal?: AbortSignal } = {},
): Promise<Lint> {
  if (!isMail(raw))
    return { violations: [unreadable('it does not begin with headers')], unchecked: [] }
  const mail = await examine(asSent(raw, expected)).catch((error: unknown) => reasonOf(error))
  if (typeof mail === 'string') return { violations: [unreadable(mail)], unchecked: [] }
  const violations = RULES.flatMap((rule) => broken(rule, mail, expected))
  const unchecked = uncheckedClients()
  if (!spam) return { violations, unchecked }
  const scored = await scoreSpam(raw, signal)
  return {
    violations: [...violations, ...scored.violations],
    unchecked: [...unchecked, ...scored.unchecked],
  }
}

// Mail in a file on Unix has lost all its CRs: that is no fault of whoever sent it. Our own comes as it is handed over.
function asSent(raw: Uint8Array, { kind }: Expected): Uint8Array {
  const saved = kind === undefined && !raw.includes(CR)
  return saved
    ? Buffer.from(Buffer.from(raw).toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
    : raw
}

/** A head of which the first line is a header, or the envelope line of an mbox. */
function isMail(raw: Uint8Array): boolean {
  const start = Buffer.from(raw.subarray(0, 1000)).toString('latin1')
  return /^(?:From [^\r\n]*\r?\n)?[!-9;-~]{1,76}[ \t]*:/.test(start)
}

function unreadable(reason: string): Violation {
  return {
    rule: 'readable',
    severity: 'fault',
    what: `this is not a mail: ${shortened(reason, 200)}`,
    where: 'the file',
    fix: 'Give a whole message with its headers, as "show original" or "save as" writes it.',
  }
}

function broken(rule: Rule, mail: Examined, expected: Expected): Violation[] {
  const { name, says, fix, where, severity = 'fault', own = false, check } = rule
  if (own && expected.kind === undefined) return []
  const violation = (what: string, place: string): Violation => ({
    rule: name,
    severity,
    what: what === '' ? says : `${says}: ${shortened(what, 200)}`,
    where: shortened(place, 200),
    fix,
  })
  const breaches = check(mail, expected)
  const told = breaches
    .slice(0, MOST_BREACHES)
    .map((breach) =>
      typeof breach === 'string' ? violation(breach, where) : violation(breach.what, breach.where),
    )
  const more = breaches.length - told.length
  return more > 0 ? [...told, violation(`${more} times more`, where)] : told
}
