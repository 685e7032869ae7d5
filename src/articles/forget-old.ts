import type { Context } from '#context.ts'
import { pruneHosts } from './fetching/host-pace.ts'
import { pruneRobots } from './fetching/robots.ts'
import { forgetOldBands } from './identity/near-duplicates.ts'
import { pruneRenditions } from './images/rendition-store.ts'

const DAY_MS = 86_400_000
/** What was not told in that time is not told any more. Images of editions stay: their mails are opened for years. */
const IMAGES_MS = 14 * DAY_MS
const IMAGES_AT_ONCE = 500

/** What fetching and comparing left behind and nobody looks at again. */
export async function forgetOld(context: Pick<Context, 'db' | 'clock'>): Promise<void> {
  const { db, clock } = context
  const now = clock.now().getTime()
  await forgetOldBands(context)
  await pruneHosts(db, new Date(now - DAY_MS))
  await pruneRobots(db, new Date(now - DAY_MS))
  await pruneRenditions(db, { before: new Date(now - IMAGES_MS), limit: IMAGES_AT_ONCE })
}
