import type { Context } from '#context.ts'
import { drainLane } from '#deliveries/drain.ts'
import type { Sender } from '#deliveries/sender.ts'
import type { Jobs } from '#queue/jobs.ts'

export function drainLaneProcessor(context: Context & { sender: Sender }) {
  return async ({ lane }: Jobs['drain-lane'], signal: AbortSignal) =>
    drainLane(context, { lane, signal })
}
