import type { ArticleImage, ArticleText } from '../../article.ts'
import type { FeedItem } from '../../feeds/feed.ts'
import type { Source } from '../source.ts'
import { wordsOf } from './offered.ts'

const MOST_TOPICS = 20

/** What the feed says completes what the page does not say; the page, which readers see, goes first. */
export function completeArticle(
  article: ArticleText,
  {
    item,
    source,
  }: { item: FeedItem; source: Pick<Source, 'title' | 'name' | 'language' | 'alerts'> },
): ArticleText {
  const canonicalUrl = article.canonicalUrl ?? item.url
  return {
    ...article,
    canonicalUrl,
    twinUrls: twinsOf(article, { canonicalUrl, itemUrl: item.url }),
    guid: item.guid ?? article.guid,
    byline: article.byline ?? item.byline,
    publisher: article.publisher ?? source.title ?? source.name,
    publishedAt: article.publishedAt ?? item.publishedAt,
    updatedAt: article.updatedAt ?? item.updatedAt,
    section: article.section ?? item.section,
    topics: mergeNames(article.topics, item.tags),
    image: article.image ?? imageOf(item),
    breaking: source.alerts !== 'off' && item.tags.some((tag) => BREAKING.test(tag.trim())),
  }
}

/** How publishers mark it, in the languages we speak. */
const BREAKING =
  /^(breaking([ _-]?news)?|urgent|news ?flash|eilmeldung(en)?|alerte( info)?|urgente|última hora|ultima hora|عاجل)$/i

/** The address the feed names is an address of the article, whatever its page calls itself. */
function twinsOf(
  article: ArticleText,
  { canonicalUrl, itemUrl }: { canonicalUrl: string | null; itemUrl: string | null },
): string[] {
  const urls = itemUrl === null ? article.twinUrls : [...article.twinUrls, itemUrl]
  return [...new Set(urls)].filter((url) => url !== canonicalUrl)
}

function mergeNames(own: readonly string[], more: readonly string[]): string[] {
  const named = new Map<string, string>()
  for (const name of [...own, ...more]) {
    const key = name.trim().toLowerCase()
    if (key !== '' && !named.has(key)) named.set(key, name.trim())
  }
  return [...named.values()].slice(0, MOST_TOPICS)
}

function imageOf({ image }: FeedItem): ArticleImage | null {
  return image === null ? null : { ...image, alt: image.alt ?? '' }
}

/** The article as the feed itself holds it, as JSON for the reader of articles; undefined where that is too little. */
export function articleJsonOf(item: FeedItem, language: string | null): object | undefined {
  const markup = longer(item.html, item.summary)
  if (item.title === null || markup === null || countWords(markup) < ENOUGH_WORDS) return undefined
  const { title, url, byline, publishedAt, tags } = item
  const standfirst = item.html === markup ? wordsOf(item.summary) : ''
  return {
    headline: title,
    html: markup.trimStart().startsWith('<') ? markup : `<p>${markup}</p>`,
    ...(url === null ? {} : { url }),
    ...(byline === null ? {} : { author: byline }),
    ...(standfirst === '' ? {} : { standfirst }),
    ...(publishedAt === null ? {} : { publishedAt }),
    language: item.language ?? language ?? undefined,
    topics: tags,
  }
}

/** Fewer words are a teaser, and a summary of a teaser says less than the teaser. */
const ENOUGH_WORDS = 60

function longer(html: string | null, summary: string | null): string | null {
  return countWords(html) >= countWords(summary) ? html : summary
}

function countWords(markup: string | null): number {
  let count = 0
  // Han, kana and Thai have no blanks: two of their characters are about a word.
  for (const { segment } of words.segment(wordsOf(markup).slice(0, 20_000)))
    if (/[\p{L}\p{N}]/u.test(segment)) count += 1
  return count
}

const words = new Intl.Segmenter('en', { granularity: 'word' })
