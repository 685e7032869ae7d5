import type { Db } from '#db/open.ts'
import type { Edition } from '../store.ts'
import { type Standing, standingOf } from './standing.ts'
import { findRule, listVerdicts, type PastVerdict } from './verdict-store.ts'

/** What people have said of the edition as it is now, and all that they said before. */
export async function readStanding(
  db: Db,
  { id, newsletterId, authors, contentHash }: Edition,
): Promise<{ standing: Standing<PastVerdict>; verdicts: PastVerdict[] }> {
  const rule = await findRule(db, newsletterId)
  const verdicts = await listVerdicts(db, id)
  return { standing: standingOf({ rule, authors, verdicts, hash: contentHash }), verdicts }
}
