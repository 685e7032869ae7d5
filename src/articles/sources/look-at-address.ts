import { Refusal } from '#errors.ts'
import { discoverFeeds, guessFeeds } from '../feeds/discover-feeds.ts'
import type { Feed } from '../feeds/feed.ts'
import type { Fetch, Fetched } from '../fetching/fetch.ts'
import { decodeArticle } from '../reading/decode.ts'
import { webAddress } from '../reading/web-address.ts'
import { FEED_TYPES, MAX_FEED_BYTES } from './polling/feed-types.ts'
import { judgeAnswer } from './polling/judge-answer.ts'
import { readFeed } from './read-feed.ts'

/** A feed as it is seen at an address now. `found`: the address was a page's, and the feed is the one it names. */
export type Seen = { url: string; feed: Feed; fetched: Fetched; found: boolean }

const GUESSES = 6

/**
 * Fetches an address that a person gave, and finds the feed at it or behind it.
 * @throws Refusal in words; where a page offers several feeds, with their addresses
 */
export async function lookAtAddress(
  { fetch, now }: { fetch: Fetch; now: Date },
  address: string,
): Promise<Seen> {
  const url = webAddress(address.includes('://') ? address : `https://${address}`)
  if (url === null)
    throw new Refusal(
      'This is not a web address. Give the address of a feed or of a page, such as https://courier.example/feed.xml.',
      { field: 'url' },
    )
  const fetched = await get({ fetch, now }, url)
  if (!looksLikePage(fetched)) return see({ fetch }, fetched)
  return seeBehindPage({ fetch, now }, fetched)
}

async function get({ fetch, now }: { fetch: Fetch; now: Date }, url: string): Promise<Fetched> {
  const fetched = await fetch({ url, accepts: FEED_TYPES, maxBytes: MAX_FEED_BYTES })
  const verdict = judgeAnswer(fetched, now)
  if ('error' in verdict) throw new Refusal(verdict.error, { field: 'url' })
  return fetched
}

async function see({ fetch }: { fetch: Fetch }, fetched: Fetched, found = false): Promise<Seen> {
  const url = fetched.permanentUrl ?? fetched.url
  const { feed } = await readFeed({ fetch }, { ...fetched, url })
  return { url, feed, fetched, found }
}

function looksLikePage({ bytes }: Fetched): boolean {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 2000)).trimStart()
  return /^(<!--[\s\S]*?-->\s*)*(<!doctype\s+html|<html[\s>])/i.test(
    head.replace(/^(\xEF\xBB\xBF)?\s*(<\?xml[^>]*>)?\s*/, ''),
  )
}

async function seeBehindPage(
  { fetch, now }: { fetch: Fetch; now: Date },
  page: Fetched,
): Promise<Seen> {
  const offered = discoverFeeds(decodeArticle(page), page.url)
  const [first, second] = offered
  if (first !== undefined && second === undefined)
    return see({ fetch }, await get({ fetch, now }, first.url), true)
  if (first === undefined) return seeGuess({ fetch, now }, page.url)
  const lines = offered
    .slice(0, 20)
    .map(({ url, title }) => `  ${url}${title === null ? '' : ` (${title})`}`)
  throw new Refusal(
    `This page offers several feeds. Add the one you want by its own address:\n${lines.join('\n')}`,
    { field: 'url' },
  )
}

/** Sites that name no feed often have one all the same, at an address that many use. */
async function seeGuess(
  { fetch, now }: { fetch: Fetch; now: Date },
  pageUrl: string,
): Promise<Seen> {
  for (const url of guessFeeds(pageUrl).slice(0, GUESSES)) {
    try {
      const seen = await see({ fetch }, await get({ fetch, now }, url), true)
      if (seen.feed.items.length > 0) return seen
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  throw new Refusal(
    'This page names no feed, and none is at the usual places. Look for "RSS" or "Feed" on the site and give that address.',
    { field: 'url' },
  )
}
