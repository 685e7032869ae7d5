import type { Lane } from '#queue/jobs.ts'
import { isResting } from './drain/lane-rest.ts'
import { LaneRun } from './drain/lane-run.ts'
import { tellCounts, tellPace } from './drain/sender-pace.ts'
import { finishEdition } from './finish.ts'
import type { Sending } from './sender.ts'

/** How often a sender says in its row how fast it is, while it sends. */
const TELL_MS = 1000

/**
 * Sends what is due in the lane until nothing is, the relays do not answer, or the signal says stop; then the rest of
 * a claim is given back.
 */
export async function drainLane(
  context: Sending,
  { lane, signal }: { lane: Lane; signal: AbortSignal },
): Promise<{ claimed: number }> {
  if (signal.aborted || isResting(context, lane)) return { claimed: 0 }
  const run = new LaneRun(context, { lane, signal })
  context.sender.figures.set(lane, run.figures)
  const telling = setInterval(() => void tellPace(context), TELL_MS)
  try {
    await run.run()
  } finally {
    clearInterval(telling)
    if (isResting(context, lane)) await tellPace(context)
    else if (run.claimed > 0) await tellCounts(context)
    context.sender.figures.delete(lane)
  }
  for (const editionId of run.editions) if (editionId !== 0) await finishEdition(context, editionId)
  return { claimed: run.claimed }
}
