/** What came of a poll that worked, after the first. */
export type PollCount = { at: Date; fresh: number }

const LEAST_HELD = 10
const TIMES_USUAL = 4
const ENOUGH_POLLS = 5
const ENOUGH_MS = 2 * 86_400_000
const DAY_MS = 86_400_000

/**
 * What is usual at one poll: the middle of the polls that found something, or as much as the time since the last poll
 * brings at the usual rate of a day. Undefined while too little is known to call anything unusual.
 */
export function usualFresh(
  polls: readonly PollCount[],
  { now, seededAt }: { now: Date; seededAt: Date },
): number | undefined {
  const age = now.getTime() - seededAt.getTime()
  if (polls.length < ENOUGH_POLLS && age < ENOUGH_MS) return undefined
  const busy = polls.map(({ fresh }) => fresh).filter((fresh) => fresh > 0)
  const middle = busy.toSorted((a, b) => a - b)[Math.floor(busy.length / 2)] ?? 0
  const times = polls.length === 0 ? [seededAt.getTime()] : polls.map(({ at }) => at.getTime())
  const [oldest, latest] = [Math.min(...times), Math.max(...times)]
  const days = Math.max((latest - oldest) / DAY_MS, 1)
  const aDay = busy.reduce((sum, fresh) => sum + fresh, 0) / days
  const sinceLast = (now.getTime() - latest) / DAY_MS
  return Math.ceil(Math.max(middle, aDay * sinceLast))
}

/** "47 new, usual 6": more than a person would expect, so a person looks first. */
export function isUnusual(fresh: number, usual: number | undefined): boolean {
  return usual !== undefined && fresh > Math.max(LEAST_HELD, TIMES_USUAL * usual)
}
