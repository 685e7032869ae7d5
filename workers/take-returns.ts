import type { Context } from '#context.ts'
import { takeWaitingReturns } from '#deliveries/returns/take-waiting-returns.ts'
import type { Jobs } from '#queue/jobs.ts'

export function takeReturnsProcessor(context: Context) {
  return async (_data: Jobs['take-returns'], signal: AbortSignal) =>
    takeWaitingReturns(context, { signal })
}
