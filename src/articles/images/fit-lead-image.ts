import type { Context } from '#context.ts'
import { fitImage } from './fit-image.ts'
import { claimImage, listImagesToFit, saveFittedImage } from './lead-image-store.ts'

/** Longer than four fetches and the making of a smaller one take. */
const CLAIM_MS = 2 * 60_000
const MOST_LOOKS = 3
const AGAIN_MS = 10 * 60_000
const LOST_MS = 60_000
const A_SWEEP = 200

export type FittedLead = 'fitted' | 'none' | 'later' | 'not due'

/** Looks at an article's lead image once it is stored. Until that is done, the article is shown without one. */
export async function fitLeadImage(
  needs: Parameters<typeof fitImage>[0],
  articleId: number,
): Promise<FittedLead> {
  const { db, clock } = needs
  const now = clock.now()
  const until = new Date(now.getTime() + CLAIM_MS)
  const claimed = await claimImage(db, { articleId, now, until })
  if (claimed === undefined) return 'not due'
  const { revision, image, looks } = claimed
  const fitted = looks > MOST_LOOKS ? null : await fitImage(needs, image)
  const again = fitted === undefined && looks < MOST_LOOKS
  await saveFittedImage(db, {
    articleId,
    revision,
    image: fitted ?? null,
    // After ten minutes, and after forty more: it may be the picture of what is read tomorrow.
    lookAt: again ? new Date(now.getTime() + AGAIN_MS * 4 ** (looks - 1)) : null,
  })
  if (again) return 'later'
  return fitted == null ? 'none' : 'fitted'
}

/** Leaves a job for every image whose job was lost, or that did not come and is tried again. */
export async function sweepLeadImages({
  db,
  clock,
  enqueue,
}: Pick<Context, 'db' | 'clock' | 'enqueue'>): Promise<void> {
  const before = new Date(clock.now().getTime() - LOST_MS)
  for (const articleId of await listImagesToFit(db, { before, limit: A_SWEEP }))
    await enqueue('fit-image', { articleId })
}
