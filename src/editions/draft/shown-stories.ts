import { listRevisionsById } from '#articles/store.ts'
import type { Db } from '#db/open.ts'
import type { Edition } from '../store.ts'
import { type DraftItem, itemsOf } from './draft.ts'

/** A story of an edition as readers see it, and what people did to it. */
export type ShownStory = DraftItem & {
  /** As it stands in the mail. */
  shownHeadline: string
  shownSummary: string
  url: string | null
  publisher: string
}

/** In the mail's order; empty for what has no draft. */
export async function listShownStories(
  db: Db,
  { draft }: Pick<Edition, 'draft'>,
): Promise<ShownStory[]> {
  if (draft === null) return []
  const items = itemsOf(draft)
  const articles = await listRevisionsById(db, items)
  return items.flatMap((item) => {
    const article = articles.find(
      ({ id, revision }) => id === item.articleId && revision === item.revision,
    )
    if (article === undefined) return []
    const sentences = item.sentences?.texts ?? article.sentences.map(({ text }) => text)
    return [
      {
        ...item,
        shownHeadline: item.headline?.text ?? article.headline,
        shownSummary: sentences.slice(0, 3).join(' '),
        url: article.url,
        publisher: article.publisher ?? article.sourceName,
      },
    ]
  })
}
