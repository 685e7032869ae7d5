import type { Feed, FeedItem } from '#articles/feeds/feed.ts'
import { plainLine } from '#articles/feeds/item-fields.ts'

type Want = { where: 'feed' | 'item'; at: number; field: string; value: string }

/**
 * Whether the feed says what is expected of it; undefined where the expectation is about something that we do not keep.
 * Expectations are Python: `entries[0]['title'] == 'Example'`, `feed.link == "http://…"`.
 */
export function judgeExpectation(expected: string, feed: Feed): boolean | undefined {
  const want = wantOf(expected)
  if (want === undefined) return undefined
  if (want.where === 'feed') {
    const field = FEED_FIELDS[want.field]
    return field === undefined ? undefined : same(field(feed), want.value)
  }
  const field = ITEM_FIELDS[want.field]
  const item = feed.items[want.at]
  if (field === undefined) return undefined
  // An entry without an address and a text is none to us.
  return item === undefined ? undefined : same(field(item), want.value)
}

function wantOf(expected: string): Want | undefined {
  const match =
    /^(?:not bozo and )?(feed|entries\[(\d+)\])(?:\.(\w+)|\[u?['"](\w+)['"]\])\s*==\s*u?(['"])(.*)\5$/.exec(
      expected,
    )
  if (match === null) return undefined
  const [, where, at = '0', plain, quoted, , value = ''] = match
  const text = value.replace(
    /\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi,
    (_, wide?: string, byte?: string) =>
      String.fromCharCode(Number.parseInt(wide ?? byte ?? '', 16)),
  )
  if (/\\/.test(text)) return undefined
  return {
    where: where === 'feed' ? 'feed' : 'item',
    at: Number(at),
    field: plain ?? quoted ?? '',
    value: text,
  }
}

const FEED_FIELDS: Record<string, (feed: Feed) => string | null> = {
  title: ({ title }) => title,
  link: ({ siteUrl }) => siteUrl,
  language: ({ language }) => language,
}

const ITEM_FIELDS: Record<string, (item: FeedItem) => string | null> = {
  title: ({ title }) => title,
  link: ({ url }) => url,
  id: ({ guid }) => guid,
  author: ({ byline }) => byline,
  published: ({ publishedAt }) => publishedAt?.toISOString() ?? null,
  updated: ({ updatedAt }) => updatedAt?.toISOString() ?? null,
}

/** As text, and as an address or a moment where it is one. */
function same(got: string | null, wanted: string): boolean {
  if (got === wanted || got === plainLine(wanted, 1000)) return true
  const [here, there] = [URL.parse(got ?? ''), URL.parse(wanted)]
  if (here !== null && there !== null && /^https?:/.test(here.protocol))
    return here.href === there.href
  const moments = [Date.parse(got ?? ''), Date.parse(wanted)]
  return /^\d{4}-/.test(got ?? '') && moments[0] === moments[1]
}
