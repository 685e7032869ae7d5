import type { Context } from '#context.ts'
import { takeSignUps } from '#deliveries/service/take-sign-ups.ts'
import type { Jobs } from '#queue/jobs.ts'

export function takeSignUpsProcessor(context: Context) {
  return async (_data: Jobs['take-sign-ups'], signal: AbortSignal) =>
    takeSignUps(context, { signal })
}
