import { type ReadingPages, takeItems } from '#articles/sources/items/take-items.ts'
import type { Jobs } from '#queue/jobs.ts'

export function takeItemsProcessor(reading: ReadingPages) {
  return async ({ sourceId }: Jobs['take-items'], signal: AbortSignal) =>
    takeItems(reading, { sourceId, signal })
}
