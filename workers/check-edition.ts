import type { Context } from '#context.ts'
import { checkAhead } from '#deliveries/preflight/check-ahead.ts'
import type { Asked } from '#deliveries/preflight/run-preflight.ts'
import type { Jobs } from '#queue/jobs.ts'

export function checkEditionProcessor(context: Context, asked: Asked) {
  return async ({ editionId }: Jobs['check-edition']) => checkAhead(context, { editionId, asked })
}
