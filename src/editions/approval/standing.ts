export type ApprovalRule = 'none' | 'unless stopped' | 'one' | 'two'

export type Verdict = {
  verdict: 'approve' | 'send back' | 'stop' | 'override' | 'cancel'
  contentHash: string
  /** Null: said by a rule of the newsletter. */
  operatorId: number | null
  /** Said before the last change, even if that was undone since: a yes is void with it, an objection stands. */
  voided?: boolean
}

export type Standing<Said extends Verdict = Verdict> =
  | { approved: true; yes: number[] }
  | {
      approved: false
      /** What is missing, in words that follow "it waits for". */
      waitsFor: string
      /** Whose yes counts so far. */
      yes: number[]
      /** Who did not want exactly this content, if somebody: no rule says yes to it. */
      objection: Said | null
    }

/**
 * Whether people have said enough about exactly this content. Where two are asked for, they are two different people: who
 * wrote it is one of them, but his own yes is none. Whoever sends it back takes what was said before with it. A
 * publisher's override stands for all.
 * @param verdicts in the order in which they were said
 */
export function standingOf<Said extends Verdict>({
  rule,
  authors,
  verdicts,
  hash,
}: {
  rule: ApprovalRule
  authors: readonly number[]
  verdicts: readonly Said[]
  hash: string
}): Standing<Said> {
  const about = verdicts.filter(({ contentHash }) => contentHash === hash)
  const objected = about.findLastIndex(({ verdict }) => isObjection(verdict))
  const objection = about[objected] ?? null
  const said = about.slice(objected + 1).filter(({ voided }) => voided !== true)
  const yes = said.filter(({ verdict }) => verdict === 'approve')
  const people = [...new Set(yes.flatMap(({ operatorId }) => operatorId ?? []))]
  const alone = said.some(({ verdict }) => verdict === 'override')
  // A rule says yes only where the newsletter lets it.
  const byRule = yes.some(({ operatorId }) => operatorId === null)
  const waitsFor = missing({ rule, authors, people })
  if (alone || byRule || waitsFor === null) return { approved: true, yes: people }
  return { approved: false, waitsFor, yes: people, objection }
}

function isObjection(verdict: Verdict['verdict']): boolean {
  return verdict === 'send back' || verdict === 'stop' || verdict === 'cancel'
}

function missing({
  rule,
  authors,
  people,
}: {
  rule: ApprovalRule
  authors: readonly number[]
  people: readonly number[]
}): string | null {
  if (rule !== 'two') return people.length > 0 ? null : 'a yes'
  const others = people.filter((person) => !authors.includes(person))
  const hands = new Set([...authors, ...people])
  if (others.length > 0) return hands.size >= 2 ? null : 'a second person’s yes'
  return people.length === 0 && authors.length === 0
    ? 'two people’s yes'
    : 'a yes of somebody who did not write it'
}
