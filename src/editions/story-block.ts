import { readingMinutes } from '#articles/reading-time.ts'
import type { ArticleRow } from '#articles/store.ts'
import type { StoryBlock } from '#mail/template-model.ts'

/** What a mail shows of an article. Articles without an address of their own are linked to their page here. */
export function blockOf(
  article: ArticleRow,
  {
    section,
    publicUrl,
    maxSentences = 3,
  }: { section: string; publicUrl: URL; maxSentences?: number },
): StoryBlock {
  return {
    id: String(article.id),
    section,
    headline: article.headline,
    url: addressOf(article, publicUrl),
    sentences: article.sentences.slice(0, maxSentences).map((sentence) => sentence.text),
    place: startsWithPlace(article) ? null : article.place,
    source: article.publisher ?? article.sourceName,
    readingMinutes: readingMinutes(article.paragraphs),
    image:
      article.image === null || !article.image.url.startsWith('https:')
        ? null
        : {
            url: article.image.url,
            alt: article.image.alt,
            width: article.image.width ?? 1200,
            height: article.image.height ?? 675,
          },
  }
}

function addressOf({ url, id }: ArticleRow, publicUrl: URL): string {
  return url ?? new URL(`articles/${id}`, withSlash(publicUrl)).href
}

/** A base for relative links, so that a path in PUBLIC_URL is kept. */
export function withSlash(url: URL): URL {
  return url.href.endsWith('/') ? url : new URL(`${url.href}/`)
}

/** "PORT ANSEL. Port Ansel harbour is closed" would say it twice. */
function startsWithPlace({ place, sentences }: ArticleRow): boolean {
  const [first] = sentences
  return (
    place !== null &&
    first !== undefined &&
    first.text.toLowerCase().startsWith(place.toLowerCase())
  )
}
