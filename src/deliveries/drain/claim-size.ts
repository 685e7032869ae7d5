/** Rows a claim at most; and the first one, while nobody knows how fast the lane is. */
const MOST = 500
const FIRST = 50

/** At most one second of the lane's rate, at least one; a lane that ran dry is faster than it could show. */
export function claimSize({
  rate,
  last,
  ranDry,
}: {
  rate: number | undefined
  last: number | undefined
  ranDry: boolean
}): number {
  if (last === undefined) return FIRST
  const second = Math.round(rate ?? last)
  return Math.max(1, Math.min(MOST, ranDry ? Math.max(second, last * 2) : second))
}
