export type ApprovalRule = 'none' | 'unless stopped' | 'one' | 'two'

export type Verdict = {
  verdict: 'approve' | 'send back' | 'stop' | 'override' | 'cancel'
  contentHash: string
  /** Null: said by a rule of the newsletter. */
  operatorId: number | null
}

export type Standing =
  | { approved: true }
  /** What is missing, in words that follow "it waits for". */
  | { approved: false; waitsFor: string }

/**
 * Whether people have said enough about exactly this content. Where two are asked for, they are two different people: who
 * wrote it is one of them, but his own yes is none. A publisher's override stands for all.
 */
export function standingOf({
  rule,
  authors,
  verdicts,
  hash,
}: {
  rule: ApprovalRule
  authors: readonly number[]
  verdicts: readonly Verdict[]
  hash: string
}): Standing {
  const said = verdicts.filter(({ contentHash }) => contentHash === hash)
  if (said.some(({ verdict }) => verdict === 'override')) return { approved: true }
  const yes = said.filter(({ verdict }) => verdict === 'approve')
  // A rule says yes only where the newsletter lets it.
  if (yes.some(({ operatorId }) => operatorId === null)) return { approved: true }
  const people = new Set(yes.flatMap(({ operatorId }) => operatorId ?? []))
  if (rule !== 'two')
    return people.size > 0 ? { approved: true } : { approved: false, waitsFor: 'a yes' }
  const others = [...people].filter((person) => !authors.includes(person))
  const hands = new Set([...authors, ...people])
  if (others.length > 0 && hands.size >= 2) return { approved: true }
  if (people.size === 0)
    return {
      approved: false,
      waitsFor: authors.length > 0 ? 'a yes of somebody who did not write it' : 'two people’s yes',
    }
  return {
    approved: false,
    waitsFor:
      others.length > 0 ? 'a second person’s yes' : 'a yes of somebody who did not write it',
  }
}
