import { asksForPatience } from '../pace.ts'
import type { Written } from './outcome-writer.ts'

/** What one destination said of a batch of mails. */
export type ReplyCounts = {
  destination: number
  accepted: number
  /** Replies that ask for a slower pace, and the last of them. */
  slowed: number
  reply: string
}

/** Of the destinations that ask for a slower pace. Service mails have none. */
export function countReplies(rows: Written[]): ReplyCounts[] {
  const counts = new Map<number, ReplyCounts>()
  for (const { destination, fate } of rows) {
    if (destination === 0 || fate.kind !== 'deferred' || !asksForPatience(fate)) continue
    const { reply } = fate
    const own = counts.get(destination) ?? { destination, accepted: 0, slowed: 0, reply }
    counts.set(destination, { ...own, slowed: own.slowed + 1, reply })
  }
  for (const { destination, fate } of rows) {
    const own = counts.get(destination)
    if (own !== undefined && fate.kind === 'accepted') own.accepted += 1
  }
  return [...counts.values()]
}
