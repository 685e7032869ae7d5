import { CAPS, cleanLineOrNull, cleanTopics } from '../reading/clean-text.ts'
import { textOfMarkup } from '../reading/markup.ts'
import { webAddress } from '../reading/web-address.ts'
import { readFeedDate } from './feed-date.ts'
import type { FeedItem } from './feed.ts'

const MOST_MARKUP = 1_000_000
const DAY_MS = 86_400_000

/** An item as a library read it. */
export type RawItem = {
  guid?: string | null | undefined
  /** Whether the guid is the item's address too (RSS 2.0). */
  guidIsUrl?: boolean
  url?: string | null | undefined
  title?: string | null | undefined
  html?: string | null | undefined
  summary?: string | null | undefined
  byline?: string | null | undefined
  published?: Date | string | null | undefined
  updated?: Date | string | null | undefined
  tags?: (string | null | undefined)[]
  section?: string | null | undefined
  image?: {
    url: string | null | undefined
    alt?: string | null | undefined
    width?: number | null | undefined
    height?: number | null | undefined
  } | null
  language?: string | null | undefined
}

/** The item as the rest of the house may see it; null where it has neither an address nor a text. */
export function itemOf(raw: RawItem, { base, now }: { base: string; now: Date }): FeedItem | null {
  const guid = cleanLineOrNull(raw.guid, CAPS.guid)
  const url = webAddress(raw.url, base) ?? (raw.guidIsUrl === true ? webAddress(guid) : null)
  const title = plainLine(raw.title, CAPS.headline)
  const html = markupOf(raw.html)
  const summary = markupOf(raw.summary)
  if (url === null && html === null && summary === null) return null
  return {
    guid,
    url,
    title,
    html,
    summary,
    byline: plainLine(raw.byline, CAPS.byline),
    publishedAt: momentOf(raw.published, now),
    updatedAt: momentOf(raw.updated, now),
    tags: cleanTopics((raw.tags ?? []).map((tag) => plainText(tag ?? ''))),
    section: plainLine(raw.section, CAPS.topic),
    image: imageOf(raw.image, base),
    language: languageOf(raw.language),
  }
}

/** Titles are often markup in disguise, escaped once more than the standard asks for. */
export function plainLine(text: string | null | undefined, cap: number): string | null {
  return cleanLineOrNull(plainText(text ?? ''), cap)
}

function plainText(text: string): string {
  return textOfMarkup(text.slice(0, 20_000))
}

export function languageOf(text: string | null | undefined): string | null {
  const tag = text?.trim().replaceAll('_', '-') ?? ''
  return /^[a-z]{2,3}(-[a-z\d]{2,8}){0,3}$/i.test(tag) ? tag : null
}

function markupOf(text: string | null | undefined): string | null {
  const markup = text?.trim() ?? ''
  return markup === '' ? null : markup.slice(0, MOST_MARKUP).toWellFormed()
}

/** A date more than a day ahead is a mistake, or an appointment, and not when the item came out. */
function momentOf(value: Date | string | null | undefined, now: Date): Date | null {
  const date = typeof value === 'string' ? readFeedDate(value) : (value ?? null)
  if (date === null || Number.isNaN(date.getTime())) return null
  if (date.getTime() > now.getTime() + DAY_MS || date.getUTCFullYear() < 1990) return null
  return date
}

function imageOf(image: RawItem['image'], base: string): FeedItem['image'] {
  const url = webAddress(image?.url, base)
  if (url === null) return null
  return {
    url,
    alt: plainLine(image?.alt, CAPS.alt),
    width: sizeOf(image?.width),
    height: sizeOf(image?.height),
  }
}

function sizeOf(size: number | null | undefined): number | null {
  return size != null && Number.isInteger(size) && size > 0 && size < 100_000 ? size : null
}
