import { type ArticleRow, listRevisionsById } from '#articles/store.ts'
import type { Db } from '#db/open.ts'
import { pageUrl } from '#mail/outside-text.ts'
import type { StoryBlock } from '#mail/template-model.ts'
import { dayIn } from '../dates.ts'
import type { Settings } from '../publication.ts'
import type { EditionLink } from '../store.ts'
import { blockOf } from '../story-block.ts'
import type { DraftItem } from './draft.ts'
import { withLinkParameters } from './link-parameters.ts'
import type { EditionRules } from './rules-store.ts'

// What a mail shows of the stories of a draft.

export type ItemWithArticle = { item: DraftItem; article: ArticleRow }

export async function withArticles(
  db: Db,
  items: readonly DraftItem[],
): Promise<ItemWithArticle[]> {
  const articles = await listRevisionsById(db, items)
  return items.map((item) => {
    const article = articles.find(
      ({ id, revision }) => id === item.articleId && revision === item.revision,
    )
    if (article === undefined)
      throw new Error(`article ${item.articleId} has no revision ${item.revision}`)
    return { item, article }
  })
}

type Showing = {
  rules: Pick<EditionRules, 'slug' | 'timeZone' | 'linkParameters' | 'linkHosts'>
  set: Pick<Settings, 'timeZone'>
  day: Date
  slot?: number | null | undefined
  publicUrl: URL
}

/** In the mail's order; the first story is told at more length. */
export function itemBlocks(
  chosen: readonly ItemWithArticle[],
  { rules, set, day, slot, publicUrl }: Showing,
): StoryBlock[] {
  const date = dayIn(rules.timeZone ?? set.timeZone, day)
  const edition = [rules.slug, date, ...(slot == null || slot === 1 ? [] : [slot])].join('-')
  return chosen.map(({ item, article }, index) => {
    const maxSentences = index === 0 ? 3 : 2
    const block = blockOf(article, { section: item.section, publicUrl, maxSentences })
    const fields = {
      newsletter: rules.slug,
      edition,
      date,
      section: item.section,
      position: index + 1,
    }
    return {
      ...block,
      id: String(item.storyId),
      url: withLinkParameters(block.url, { rules, fields }),
      headline: item.headline?.text ?? block.headline,
      ...(item.sentences === null ? {} : { sentences: item.sentences.texts, place: null }),
      since: item.since,
      ...(item.gone === true ? { gone: true, image: null } : {}),
    }
  })
}

/** Where the stories' numbered links lead: as the mail would say it itself. */
export function linksOf(blocks: readonly StoryBlock[]): EditionLink[] {
  return blocks.map(({ id, url, headline }) => ({
    storyId: Number(id),
    url: pageUrl(url, `“${headline}”`),
  }))
}
