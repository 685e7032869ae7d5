import { doubtAttribution, doubtCertainty } from './checks/certainty.ts'
import { doubtDates } from './checks/dates.ts'
import { doubtNames } from './checks/names.ts'
import { doubtNumbers } from './checks/numbers.ts'
import { doubtDirection } from './checks/direction.ts'
import { doubtNegation } from './checks/negation.ts'
import { doubtQuotes } from './checks/quotes.ts'
import { doubtRoles } from './checks/roles.ts'
import { doubtSupport } from './checks/support.ts'
import {
  type Doubt,
  type Evidence,
  evidenceFor,
  read,
  type Read,
  type ReadSubject,
} from './evidence.ts'

const CHECKS: ((said: Read, evidence: Evidence) => Doubt | undefined)[] = [
  doubtQuotes,
  doubtNumbers,
  doubtDates,
  doubtNames,
  doubtRoles,
  doubtNegation,
  doubtDirection,
  doubtCertainty,
  doubtAttribution,
  doubtSupport,
]

export type Claim = { text: string; sources: readonly number[] }

/** Everything in a sentence that the sentences it names do not bear out; nothing where it is one of them. */
export function doubtsAbout(claim: Claim, subject: ReadSubject): Doubt[] {
  const said = read(claim.text)
  const evidence = evidenceFor(subject, claim.sources)
  if (evidence.cited.length === 0)
    return [{ kind: 'support', reason: 'a sentence names no sentence of the article' }]
  if (evidence.cited.some(({ text }) => text.trim() === claim.text.trim())) return []
  return CHECKS.flatMap((check) => check(said, evidence) ?? [])
}
