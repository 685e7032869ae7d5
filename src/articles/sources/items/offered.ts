import { createHash } from 'node:crypto'
import type { Feed, FeedItem } from '../../feeds/feed.ts'

/** An item as it is remembered: by the name the source gives it, and by what it says. */
export type Offered = { key: string; hash: string; cameAt: Date; item: FeedItem }

const MOST_KEY = 500

/** What a feed offers, the newest first; of several under one name the first. */
export function offeredBy({ items }: Pick<Feed, 'items'>, now: Date): Offered[] {
  const stamped = isStamped(items)
  const offered = new Map<string, Offered>()
  for (const item of items) {
    const key = keyOf(item)
    if (offered.has(key)) continue
    offered.set(key, {
      key,
      hash: hashOf(item, stamped),
      cameAt: item.publishedAt !== null && item.publishedAt < now ? item.publishedAt : now,
      item,
    })
  }
  return [...offered.values()].toSorted((a, b) => b.cameAt.getTime() - a.cameAt.getTime())
}

/** Some feeds date every item to the minute at which they are made: that is no change of any of them. */
function isStamped(items: readonly FeedItem[]): boolean {
  const times = new Set(items.map(({ updatedAt }) => updatedAt?.getTime()))
  return items.length > 2 && times.size === 1
}

function keyOf({ guid, url, title, html, summary }: FeedItem): string {
  const key = guid ?? url ?? digest([title, html, summary])
  return key.length > MOST_KEY ? digest([key]) : key.replaceAll('\0', '')
}

/** Its words and what it points at. Markup and the date of publication change without a word being changed. */
function hashOf(item: FeedItem, stamped: boolean): string {
  return digest([
    item.url,
    item.title,
    wordsOf(item.html),
    wordsOf(item.summary),
    item.byline,
    item.section,
    ...item.tags,
    item.image?.url ?? null,
    stamped ? null : (item.updatedAt?.toISOString() ?? null),
  ])
}

export function wordsOf(markup: string | null): string {
  return (markup ?? '')
    .replace(/<(script|style)\b[\s\S]{0,100000}?<\/\1\s*>/gi, ' ')
    .replace(/<[^<>]{0,5000}>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function digest(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
