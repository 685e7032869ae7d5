import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { ArticleInput, ArticleText } from '../../article.ts'
import type { FeedItem } from '../../feeds/feed.ts'
import { storeArticle } from '../../ingest.ts'
import type { Pace } from '../pace.ts'
import { getSource, type Source } from '../source.ts'
import { articleJsonOf, completeArticle } from './complete-article.ts'
import {
  claimItems,
  type ClaimedItem,
  hasWaitingItems,
  markNotTaken,
  markTaken,
  putOffItem,
} from './item-store.ts'
import { readStoredItem } from './stored-item.ts'

const AT_ONCE = 3
/** Then other feeds have their turn. */
const A_TURN = 30
const CLAIM_MS = 3 * 60_000
const MOST_ATTEMPTS = 5
const FIRST_BACK_OFF_MS = 5 * 60_000

export type ReadingPages = Pick<Context, 'db' | 'clock' | 'enqueue' | 'log'> & {
  /** The article of a page, fetched as the site's robots.txt and our limits allow; a Refusal says why not. */
  readPage: (url: string) => Promise<ArticleText>
  /** An article from bytes, hostile markup in a thread of its own. */
  read: (input: ArticleInput) => Promise<ArticleText>
  pace?: Pace
  random?: () => number
}

export type Taken = { taken: number; failed: number; putOff: number }

/** Makes articles of the items that wait, a turn of them; the rows decide what is done, whatever becomes of us. */
export async function takeItems(
  reading: ReadingPages,
  { sourceId, signal }: { sourceId: number; signal?: AbortSignal },
): Promise<Taken> {
  const { db, clock, enqueue } = reading
  const source = await getSource(db, sourceId)
  const done: Taken = { taken: 0, failed: 0, putOff: 0 }
  for (let turn = 0; turn < A_TURN; turn += AT_ONCE) {
    if (signal?.aborted === true) return done
    const now = clock.now()
    const until = new Date(now.getTime() + CLAIM_MS)
    const claimed = await claimItems(db, { sourceId, limit: AT_ONCE, now, until })
    if (claimed.length === 0) return done
    const results = await Promise.all(
      claimed.map(async (row) => takeItem(reading, { source, row })),
    )
    for (const result of results) done[result] += 1
  }
  if (await hasWaitingItems(db, { sourceId, now: clock.now() }))
    await enqueue('take-items', { sourceId })
  return done
}

type Claim = { source: Source; row: ClaimedItem }

async function takeItem(reading: ReadingPages, { source, row }: Claim): Promise<keyof Taken> {
  const { db, clock, log, random = Math.random } = reading
  const at = { sourceId: source.id, key: row.key }
  try {
    if (row.attempts > MOST_ATTEMPTS)
      throw new Refusal('Reading this item was begun five times, and never came to an end.')
    const item = readStoredItem(row.item)
    const got = await readItem(reading, { source, item })
    if ('until' in got) {
      await putOffItem(db, { ...at, until: got.until })
      return 'putOff'
    }
    const { articleId } = await storeArticle(reading, {
      article: completeArticle(got.article, { item, source }),
      origin: { sourceId: source.id },
      seeded: row.seeded,
    })
    await markTaken(db, { ...at, hash: row.hash, articleId })
    return 'taken'
  } catch (error) {
    const retryAt = retryOf(row.attempts, { now: clock.now(), chance: random() })
    await markNotTaken(db, { ...at, retryAt, error: wordsOf(error) })
    // One item that trips us must not keep the others of its feed from readers.
    if (!(error instanceof Refusal)) log.error({ source: source.id, err: error }, 'an item failed')
    return 'failed'
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof Refusal) return error.message
  return 'Daybreak itself failed at this item. The log says why.'
}

/** 5 min, 20 min, 80 min and 5 h after the attempts; null after the last. */
function retryOf(attempts: number, { now, chance }: { now: Date; chance: number }): Date | null {
  if (attempts >= MOST_ATTEMPTS) return null
  const wait = FIRST_BACK_OFF_MS * 4 ** (attempts - 1) * (0.75 + 0.5 * chance)
  return new Date(now.getTime() + Math.round(wait))
}

type Got = { article: ArticleText } | { until: Date }

/** From its page, or from the feed where that is the wish, or all there is. */
async function readItem(
  reading: ReadingPages,
  { source, item }: { source: Source; item: FeedItem },
): Promise<Got> {
  const given = articleJsonOf(item, source.language)
  if (given !== undefined && (source.bodyFrom === 'feed' || item.url === null))
    return { article: await readGiven(reading, given) }
  if (item.url === null)
    throw new Refusal('This item has no address, and the feed gives too little of its text.')
  const until = await reading.pace?.(item.url)
  if (until !== undefined) return { until }
  try {
    return { article: await reading.readPage(item.url) }
  } catch (error) {
    if (!(error instanceof Refusal) || given === undefined) throw error
    return { article: await readGiven(reading, given) }
  }
}

async function readGiven({ read }: ReadingPages, given: object): Promise<ArticleText> {
  return read({
    bytes: new TextEncoder().encode(JSON.stringify(given)),
    contentType: 'application/json',
  })
}
