import { pollSource, type Polling } from '#articles/sources/polling/poll-source.ts'
import type { Jobs } from '#queue/jobs.ts'

export function pollSourceProcessor(polling: Polling) {
  return async ({ sourceId }: Jobs['poll-source']) => pollSource(polling, { sourceId })
}
