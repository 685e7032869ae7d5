import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { countWords, likeness, SAME_STORY } from './similarity.ts'
import {
  attachArticle,
  createStory,
  findStoryOf,
  listNeighbours,
  listUnclustered,
  lockClustering,
} from './store.ts'

/** Puts the article into the story it belongs to, or opens one. Asking again is harmless. */
export async function clusterArticle(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  articleId: number,
): Promise<{ storyId: number }> {
  const now = clock.now()
  return inTransaction(db, async (transaction) => {
    // One at a time, so that two articles about one event, received together, find each other.
    await lockClustering(transaction)
    const known = await findStoryOf(transaction, articleId)
    if (known !== undefined) return { storyId: known }
    const { article, neighbours } = await listNeighbours(transaction, articleId)
    const alike = likeness(countWords(article), neighbours.map(countWords))
    const best = alike.indexOf(Math.max(...alike))
    const neighbour = neighbours[best]
    const joins = neighbour !== undefined && (alike[best] ?? 0) >= SAME_STORY
    const storyId = joins ? neighbour.storyId : await createStory(transaction, now)
    await attachArticle(transaction, { articleId, storyId })
    return { storyId }
  })
}

/** Articles whose job was lost, oldest first. */
export async function clusterWaiting(context: Pick<Context, 'db' | 'clock'>): Promise<number> {
  const waiting = await listUnclustered(context.db)
  for (const articleId of waiting) await clusterArticle(context, articleId)
  return waiting.length
}
