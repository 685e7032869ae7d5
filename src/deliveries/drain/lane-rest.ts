import type { Lane } from '#queue/jobs.ts'
import type { Fate } from '../outcome-store.ts'
import type { Sending } from '../sender.ts'

const SHORTEST_MS = 1000
const LONGEST_MS = 60_000

/** Whether the lane waits for its relays to come back, so that a dead one is not knocked on for every reader. */
export function isResting(
  { sender, clock }: Pick<Sending, 'sender' | 'clock'>,
  lane: Lane,
): boolean {
  return (sender.rest.get(lane)?.until ?? 0) > clock.now().getTime()
}

/** Takes an answer to heart: no relay took the mail → the lane rests, longer each time; the reason, if it rests from now on. */
export function learn(
  { sender, clock, log }: Pick<Sending, 'sender' | 'clock' | 'log'>,
  { lane, fate }: { lane: Lane; fate: Fate },
): string | undefined {
  // The connection had worked before: it is this mail's own trouble, until the relays say that it is theirs.
  if (fate.kind === 'unsent' && fate.offered === true) return undefined
  if (fate.kind !== 'unsent') {
    if (sender.rest.delete(lane)) log.info({ lane }, 'the relay takes mail again')
    return undefined
  }
  const { reason } = fate
  const now = clock.now().getTime()
  const rest = sender.rest.get(lane)
  // Mails that were handed over together fail together: that is one failure.
  if (rest !== undefined && rest.until > now) return reason
  const failures = (rest?.failures ?? 0) + 1
  const pauseMs = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (failures - 1))
  sender.rest.set(lane, { until: now + pauseMs, failures, reason })
  log.warn({ lane, reason, pauseMs }, 'the relay does not take mail, the rows stay planned')
  return reason
}
