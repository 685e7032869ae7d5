import { refuseWithheld } from '#articles/revisions/withhold.ts'
import type { Db } from '#db/open.ts'
import { listWithheld } from './selection/candidate-store.ts'

/**
 * An article may be withdrawn, or put under embargo, after it was chosen. A publisher may let an embargo pass.
 * @throws Refusal that names it, and says why
 */
export async function refuseWithheldStories(
  db: Db,
  { editionId, now, embargoed }: { editionId: number; now: Date; embargoed: 'refuse' | 'let pass' },
): Promise<void> {
  const withheld = await listWithheld(db, { editionId, now })
  const refused =
    embargoed === 'refuse' ? withheld : withheld.filter(({ retractedAt }) => retractedAt !== null)
  refuseWithheld(refused, now)
}
