import { durationInWords } from '#duration.ts'
import type { AlertTimes } from './alert-times-store.ts'

/** "drafted after 0.2 s, released after 45 s, …", from the article's arrival; what has not come yet is not named. */
export function alertTimesInWords({
  drafted,
  released,
  firstAccepted,
  mostAccepted,
}: AlertTimes): string {
  const steps = {
    drafted,
    released,
    'first mail accepted': firstAccepted,
    '95 % accepted': mostAccepted,
  }
  return Object.entries(steps)
    .flatMap(([what, ms]) => (ms === null ? [] : [`${what} after ${shortly(ms)}`]))
    .join(', ')
}

/** Under ten seconds tenths count. */
function shortly(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : durationInWords(ms)
}
