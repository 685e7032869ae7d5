import type { ArticleRow } from '#articles/store.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { saveContent } from '../content-store.ts'
import { compileAnew } from '../draft/change-draft.ts'
import type { Draft } from '../draft/draft.ts'
import { replaceLinks } from '../link-store.ts'
import { getEdition, moveEdition } from '../store.ts'
import { listDraftsWith } from './draft-carrier-store.ts'
import type { PutRight } from './words-store.ts'

/**
 * Drafts that nobody has sent get the article as it is now, and what a person put right of it; an approval of the old text
 * is void. One that was withdrawn is dropped, and what held nothing else is stopped.
 */
export async function refreshDrafts(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  article: Pick<ArticleRow, 'id' | 'revision' | 'retractedAt' | 'headline'>,
  putRight: PutRight = { headline: null, sentences: null },
): Promise<void> {
  const { db } = context
  const gone = article.retractedAt !== null
  const written = putRight.headline !== null || putRight.sentences !== null
  for (const editionId of await listDraftsWith(db, { ...article, written })) {
    const edition = await getEdition(db, editionId)
    const draft =
      edition.draft === null ? null : withArticle(edition.draft, { ...article, gone, putRight })
    if (draft === null) {
      const reason = `“${article.headline}” was withdrawn`
      const from = ['draft', 'in review', 'approved'] as const
      if (gone) await moveEdition(db, { id: editionId, from: [...from], to: 'stopped', reason })
      continue
    }
    const content = await compileAnew(context, { edition, draft })
    const state = edition.kind === 'alert' ? 'in review' : 'draft'
    const { draftNumber } = edition
    await inTransaction(db, async (transaction) => {
      const saved = await saveContent(transaction, {
        ...content,
        id: editionId,
        draft,
        draftNumber,
        state,
        author: null,
      })
      if (saved !== undefined)
        await replaceLinks(transaction, { editionId, links: content.compiled.links ?? [] })
    })
  }
}

/** Null where nothing is left of it. */
function withArticle(
  draft: Draft,
  {
    id,
    revision,
    gone,
    putRight,
  }: { id: number; revision: number; gone: boolean; putRight: PutRight },
): Draft | null {
  if (draft.form === 'correction') return draft
  if (draft.form === 'alert')
    return gone ? null : { ...draft, item: { ...draft.item, revision, ...putRight } }
  const items = draft.items.flatMap((item) => {
    if (item.articleId !== id) return [item]
    return gone ? [] : [{ ...item, revision, ...putRight }]
  })
  return items.some(({ followers }) => !followers) ? { ...draft, items } : null
}
