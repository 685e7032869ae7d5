import { refuseWithheld } from '#articles/revisions/withhold.ts'
import type { Db } from '#db/open.ts'
import { listWithheld } from './selection/candidate-store.ts'

/**
 * An article may be withdrawn, or put under embargo, after it was chosen.
 * @throws Refusal that names it, and says why
 */
export async function refuseWithheldStories(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<void> {
  refuseWithheld(await listWithheld(db, { editionId, now }), now)
}
