import type { Context } from '#context.ts'
import { listUnchecked } from './preflight-store.ts'

/** Leaves a job for each edition that may still leave and was not looked at as it is now. */
export async function checkAheadLater({
  db,
  clock,
  enqueue,
}: Pick<Context, 'db' | 'clock' | 'enqueue'>): Promise<void> {
  for (const editionId of await listUnchecked(db, clock.now()))
    await enqueue('check-edition', { editionId })
}
