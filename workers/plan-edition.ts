import type { Context } from '#context.ts'
import { planEdition } from '#deliveries/plan.ts'
import type { Jobs } from '#queue/jobs.ts'

export function planEditionProcessor(context: Context) {
  return async ({ editionId }: Jobs['plan-edition'], signal: AbortSignal) =>
    planEdition(context, { editionId, signal })
}
