import { retractArticle } from '#articles/revisions/withhold.ts'
import { getArticle } from '#articles/store.ts'
import type { Context } from '#context.ts'
import type { Correction } from './correction-store.ts'
import { refreshDrafts } from './refresh-drafts.ts'
import { findPutRight } from './words-store.ts'

/**
 * What was accepted holds for editions to come too: a story that was retracted is withdrawn, and drafts that hold it say
 * what is right, or drop it.
 */
export async function settleArticle(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  { articleId, label, was }: Pick<Correction, 'articleId' | 'label' | 'was'>,
): Promise<void> {
  if (label === 'retraction')
    await retractArticle(context, { articleId, reason: was ?? 'it was wrong' })
  const article = await getArticle(context.db, articleId)
  const putRight = await findPutRight(context.db, article)
  await refreshDrafts(context, article, putRight)
}
