import { Refusal } from '#errors.ts'
import type { ArticleImage, ArticleText } from '../article.ts'
import {
  CAPS,
  cleanLine,
  cleanLineOrNull,
  cleanParagraphs,
  cleanTopics,
  endsLikeSentence,
  foldedWords,
  wordsIn,
} from './clean-text.ts'
import { datelineOf } from './dateline.ts'
import { languageOf } from './language.ts'
import type { Metadata } from './metadata.ts'
import { takeCorrections } from './corrections.ts'
import { canonicalAddress, webAddress } from './web-address.ts'

/** An article of what was read, clean and bounded, or a Refusal where it is none. */
export function finishArticle({
  metadata,
  paragraphs,
  url,
  breaking = false,
}: {
  metadata: Metadata
  paragraphs: readonly string[]
  url: string | null
  breaking?: boolean
}): ArticleText {
  const { paragraphs: body, corrections } = takeCorrections(cleanParagraphs(paragraphs))
  const headline = cleanLine(metadata.headline ?? '', CAPS.headline)
  refuseWithoutBody(body)
  if (headline === '')
    throw new Refusal(
      'The article has no headline. Give it one, as its first line or as `headline`.',
      {
        field: 'headline',
      },
    )
  const canonicalUrl = canonicalAddress(metadata.url, url) ?? canonicalAddress(url)
  const standfirst = cleanLineOrNull(metadata.standfirst, CAPS.standfirst)
  return {
    headline,
    standfirst:
      standfirst !== null && foldedWords(standfirst) === foldedWords(headline) ? null : standfirst,
    byline: cleanLineOrNull(metadata.byline, CAPS.byline),
    publisher: cleanLineOrNull(metadata.publisher, CAPS.publisher),
    publishedAt: metadata.publishedAt,
    updatedAt: metadata.updatedAt ?? null,
    language: languageOf(metadata.language, body),
    canonicalUrl,
    twinUrls: twinsOf([...(metadata.twinUrls ?? []), url], { canonicalUrl, base: url }),
    guid: cleanLineOrNull(metadata.guid, CAPS.guid),
    paragraphs: body,
    image: cleanImage(metadata.image, url),
    topics: cleanTopics(metadata.topics),
    section: cleanLineOrNull(metadata.section, CAPS.topic),
    corrections: cleanLineOrNull(corrections, CAPS.standfirst),
    embargoUntil: metadata.embargoUntil ?? null,
    place: cleanLineOrNull(datelineOf(body[0] ?? '').place, CAPS.place),
    breaking,
  }
}

function twinsOf(
  urls: readonly (string | null)[],
  { canonicalUrl, base }: { canonicalUrl: string | null; base: string | null },
): string[] {
  const addresses = urls.flatMap((url) => canonicalAddress(url, base) ?? [])
  return [...new Set(addresses)].filter((url) => url !== canonicalUrl).slice(0, 10)
}

const LEAST_WORDS = 25

function refuseWithoutBody(body: readonly string[]): void {
  const prose = body.filter(
    (paragraph) =>
      endsLikeSentence(paragraph) &&
      (wordsIn(paragraph).length >= 4 || unspacedLetters(paragraph) >= 8),
  )
  const words = wordsIn(prose.join(' ')).length
  // Scripts without spaces count as one "word" a clause; their letters tell.
  if (words >= LEAST_WORDS || unspacedLetters(prose.join('')) >= 60) return
  throw new Refusal(
    `Nothing here reads as an article: ${words === 0 ? 'no' : `only ${words}`} words of prose beside headings, links and boxes, and ${LEAST_WORDS} are needed. Send the page of the article itself.`,
    { field: 'body' },
  )
}

function unspacedLetters(text: string): number {
  return text.match(/[\u3040-\u30ff\u4e00-\u9fff\u0e00-\u0e7f]/g)?.length ?? 0
}

function cleanImage(image: ArticleImage | null, base: string | null): ArticleImage | null {
  const url = webAddress(image?.url, base)
  if (image === null || url === null) return null
  return { ...image, url, alt: cleanLine(image.alt, CAPS.alt) }
}
