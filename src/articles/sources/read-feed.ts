import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Refusal } from '#errors.ts'
import { decodeFeed } from '../feeds/decode-feed.ts'
import { type Feed, type FeedItem, MOST_ITEMS } from '../feeds/feed.ts'
import { parseFeed } from '../feeds/parse-feed.ts'
import { isSitemapIndex, type NamedSitemap, sitemapsIn } from '../feeds/sitemap.ts'
import type { Fetch, Fetched } from '../fetching/fetch.ts'
import type { Pace } from './pace.ts'
import { FEED_TYPES, MAX_FEED_BYTES } from './polling/feed-types.ts'

const MOST_SITEMAPS = 5
/** In four bytes a character at most. */
const HEAD_BYTES = 8000
const DAY_MS = 86_400_000
/** Of an index that was read before: sitemaps that changed no sooner than this before hold nothing new. */
const OVERLAP_MS = DAY_MS
/** A sitemap of former years that changed again brings no news. */
const NEWS_MS = 14 * DAY_MS

type Needs = { fetch: Fetch; pace?: Pace }

/**
 * The feed that was fetched; behind an index of sitemaps, what the newest few of them hold, since the time when the index
 * was read last. An index loses its validators: it stays the same while what it names changes.
 * @throws Refusal in words for what is no feed
 */
export async function readFeed(
  needs: Needs,
  packed: Fetched,
  since: Date | null = null,
): Promise<{ fetched: Fetched; feed: Feed }> {
  const fetched = await unpacked(packed)
  const { bytes, contentType, url } = fetched
  const named = namedIn(fetched)
  if (named.length === 0) return { fetched, feed: await parseFeed(bytes, { contentType, url }) }
  const feed = together(await readNamed(needs, newest(named, since)), { url, since })
  return { fetched: { ...fetched, etag: null, lastModified: null }, feed }
}

/** Sitemaps lie about as .gz files, which no header tells of. */
async function unpacked(fetched: Fetched): Promise<Fetched> {
  const { bytes } = fetched
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return fetched
  try {
    const all = await promisify(gunzip)(bytes, { maxOutputLength: MAX_FEED_BYTES })
    return { ...fetched, bytes: all }
  } catch (cause) {
    throw new Refusal('The feed is a gzip file that is broken, or larger than 10 MB.', {
      field: 'url',
      cause,
    })
  }
}

function namedIn({ bytes, contentType, url }: Fetched): NamedSitemap[] {
  const head = decodeFeed(bytes.subarray(0, HEAD_BYTES), contentType)
  if (bytes.length > MAX_FEED_BYTES || !isSitemapIndex(head)) return []
  return sitemapsIn(decodeFeed(bytes, contentType), url)
}

function newest(named: readonly NamedSitemap[], since: Date | null): NamedSitemap[] {
  const from = since === null ? 0 : since.getTime() - OVERLAP_MS
  return named
    .filter(({ changedAt }) => changedAt === null || changedAt.getTime() >= from)
    .slice(0, MOST_SITEMAPS)
}

/** One that is out of order must not keep the others from us; where all are, the first says why. */
async function readNamed(needs: Needs, named: readonly NamedSitemap[]): Promise<Feed[]> {
  const feeds: Feed[] = []
  let first: Refusal | undefined
  for (const { url } of named) {
    // A host whose turn is far off is left for the next poll.
    if ((await needs.pace?.(url)) !== undefined) break
    try {
      feeds.push(await readOne(needs, url))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      first ??= error
    }
  }
  if (feeds.length === 0 && first !== undefined) throw first
  return feeds
}

async function readOne({ fetch }: Needs, url: string): Promise<Feed> {
  const fetched = await fetch({ url, accepts: FEED_TYPES, maxBytes: MAX_FEED_BYTES })
  if (fetched.status !== 200 && fetched.status !== 203)
    throw new Refusal(`The server answered ${fetched.status} instead of the sitemap ${url}.`, {
      field: 'url',
    })
  const { bytes, contentType } = await unpacked(fetched)
  return parseFeed(bytes, { contentType, url: fetched.url })
}

function together(
  feeds: readonly Feed[],
  { url, since }: { url: string; since: Date | null },
): Feed {
  const from = since === null ? 0 : since.getTime() - NEWS_MS
  const all = feeds
    .flatMap(({ items }) => items)
    .filter((item) => timeOf(item) >= from)
    .toSorted((a, b) => timeOf(b) - timeOf(a))
  const [first] = feeds
  const lost = feeds.reduce((sum, { dropped }) => sum + dropped, 0)
  return {
    format: 'sitemap',
    title: first?.title ?? null,
    siteUrl: `${new URL(url).origin}/`,
    language: first?.language ?? null,
    hubUrls: [],
    selfUrl: null,
    ttlMinutes: null,
    items: all.slice(0, MOST_ITEMS),
    dropped: lost + Math.max(0, all.length - MOST_ITEMS),
  }
}

/** One without a date may be new. */
function timeOf({ publishedAt, updatedAt }: FeedItem): number {
  return publishedAt?.getTime() ?? updatedAt?.getTime() ?? Infinity
}
