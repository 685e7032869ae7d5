import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { Feed } from '../../feeds/feed.ts'
import type { Fetch, Fetched } from '../../fetching/fetch.ts'
import { noteHub } from '../../websub/subscribe.ts'
import { forgetItems, type Noted, noteItems } from '../items/note-items.ts'
import type { Pace } from '../pace.ts'
import { readFeed } from '../read-feed.ts'
import { getSource, type Source } from '../source.ts'
import { needsReading } from '../take-feed.ts'
import { FEED_TYPES, MAX_FEED_BYTES } from './feed-types.ts'
import { judgeAnswer, type Verdict } from './judge-answer.ts'
import {
  claimPoll,
  finishPoll,
  insertPoll,
  listItemTimes,
  moveSource,
  prunePolls,
  putOffPoll,
} from './poll-store.ts'
import { afterFailure, nextPoll } from './schedule.ts'

/** Longer than any fetch may take, so that the same source is never polled twice at once. */
const CLAIM_MS = 2 * 60_000
const KEPT_MS = 22 * 86_400_000
const RHYTHM_MS = 21 * 86_400_000
const NEW_MS = 7 * 86_400_000

export type Polling = Pick<Context, 'db' | 'clock' | 'enqueue' | 'log'> & {
  fetch: Fetch
  pace?: Pace
  /** From 0 to 1. */
  random?: () => number
}

export type PollOutcome =
  | { kind: 'not due' }
  | { kind: 'put off'; until: Date }
  | { kind: 'unchanged' }
  | ({ kind: 'read'; moved: string | null } & Noted)
  | { kind: 'gone'; error: string }
  | { kind: 'failed'; error: string; state: Source['state'] }

/** Asks a source for what is new, if it is due or somebody insists, and plans the next time. */
export async function pollSource(
  polling: Polling,
  { sourceId, insist = false }: { sourceId: number; insist?: boolean },
): Promise<PollOutcome> {
  const { db, clock } = polling
  const now = clock.now()
  const until = new Date(now.getTime() + CLAIM_MS)
  if ((await claimPoll(db, { sourceId, now, until, insist })) === undefined)
    return { kind: 'not due' }
  const source = await getSource(db, sourceId)
  const later = await polling.pace?.(source.url)
  if (later !== undefined) {
    await putOffPoll(db, { sourceId, until: later })
    return { kind: 'put off', until: later }
  }
  const answer = await ask(polling, source)
  const outcome = await take(polling, { source, answer })
  await prunePolls(db, { sourceId, before: new Date(now.getTime() - KEPT_MS) })
  return outcome
}

type Failed = Extract<Verdict, { kind: 'failed' }> & { status: number | null }
type Answer =
  | { kind: 'content'; fetched: Fetched; feed: Feed }
  | { kind: 'unchanged'; fetched: Fetched }
  | Extract<Verdict, { kind: 'gone' }>
  | Failed

async function ask(polling: Polling, source: Source): Promise<Answer> {
  let status: number | null = null
  try {
    const fetched = await polling.fetch({
      url: source.url,
      accepts: FEED_TYPES,
      etag: source.etag,
      lastModified: source.lastModified,
      maxBytes: MAX_FEED_BYTES,
    })
    status = fetched.status
    return await read(polling, { fetched, since: source.succeededAt })
  } catch (error) {
    if (!(error instanceof Refusal))
      throw new Error(`cannot poll source ${source.id}`, { cause: error })
    return { kind: 'failed', status, error: error.message, retryAfter: null }
  }
}

async function read(
  polling: Polling,
  { fetched, since }: { fetched: Fetched; since: Date | null },
): Promise<Answer> {
  const verdict = judgeAnswer(fetched, polling.clock.now())
  switch (verdict.kind) {
    case 'content':
      return { kind: 'content', ...(await readFeed(polling, fetched, since)) }
    case 'unchanged':
      return { kind: 'unchanged', fetched }
    case 'gone':
      return verdict
    case 'failed':
      return { ...verdict, status: fetched.status }
  }
}

async function take(
  polling: Polling,
  { source, answer }: { source: Source; answer: Answer },
): Promise<PollOutcome> {
  switch (answer.kind) {
    case 'content':
      return takeContent(polling, { ...answer, source })
    case 'unchanged':
      await succeed(polling, { source, fetched: answer.fetched, noted: null })
      return { kind: 'unchanged' }
    case 'gone':
      return endSource(polling, { source, error: answer.error })
    case 'failed':
      return fail(polling, { source, answer })
  }
}

async function takeContent(
  polling: Polling,
  { source, fetched, feed }: { source: Source; fetched: Fetched; feed: Feed },
): Promise<PollOutcome> {
  const { db, clock, enqueue } = polling
  const noted = await noteItems(db, { sourceId: source.id, feed, now: clock.now() })
  await forgetItems(db, { sourceId: source.id, feed, now: clock.now() })
  await noteHub(db, { sourceId: source.id, feed, fetched })
  const url = fetched.permanentUrl
  const moved = url !== null && (await moveSource(db, { sourceId: source.id, url })) ? url : null
  await succeed(polling, { source, fetched, noted, feed })
  if (needsReading(noted)) await enqueue('take-items', { sourceId: source.id })
  return { kind: 'read', moved, ...noted }
}

async function succeed(
  { db, clock, random = Math.random }: Polling,
  {
    source,
    fetched,
    noted,
    feed,
  }: { source: Source; fetched: Fetched; noted: Noted | null; feed?: Feed },
): Promise<void> {
  const now = clock.now()
  const sourceId = source.id
  const { items = 0, fresh = 0 } = noted ?? {}
  await insertPoll(db, { sourceId, at: now, status: fetched.status, items, fresh, error: null })
  const after = new Date(now.getTime() - RHYTHM_MS)
  const pollAt = nextPoll(
    {
      itemTimes: await listItemTimes(db, { sourceId, after }),
      known: items > 0 || isKnown(source, now),
      hub: source.websub === 'active',
      wishes: {
        ttlMinutes: feed?.ttlMinutes ?? null,
        maxAgeSeconds: fetched.maxAgeSeconds,
      },
    },
    { now, chance: random() },
  )
  await finishPoll(db, {
    sourceId,
    now,
    pollAt,
    succeeded: true,
    state: 'active',
    failures: 0,
    error: null,
    ...validatorsOf(source, fetched),
  })
}

/** A 304 may leave them out: what was said before still holds. */
function validatorsOf(
  source: Source,
  { status, etag, lastModified }: Fetched,
): Pick<Source, 'etag' | 'lastModified'> {
  if (status !== 304) return { etag, lastModified }
  return { etag: etag ?? source.etag, lastModified: lastModified ?? source.lastModified }
}

/** A feed that was empty when it was added may be about to begin. */
function isKnown({ seededAt }: Source, now: Date): boolean {
  return seededAt !== null && now.getTime() - seededAt.getTime() > NEW_MS
}

async function endSource(
  { db, clock, log }: Polling,
  { source, error }: { source: Source; error: string },
): Promise<PollOutcome> {
  const now = clock.now()
  await insertPoll(db, { sourceId: source.id, at: now, status: 410, items: 0, fresh: 0, error })
  await finishPoll(db, {
    ...source,
    sourceId: source.id,
    now,
    succeeded: false,
    state: 'gone',
    pollAt: null,
    error,
  })
  log.warn({ source: source.id }, 'a feed is gone')
  return { kind: 'gone', error }
}

async function fail(
  { db, clock, log, random = Math.random }: Polling,
  { source, answer }: { source: Source; answer: Failed },
): Promise<PollOutcome> {
  const now = clock.now()
  const { status, error, retryAfter } = answer
  const failures = source.failures + 1
  const { state, pollAt } = afterFailure({ failures, retryAfter }, { now, chance: random() })
  const sourceId = source.id
  await insertPoll(db, { sourceId, at: now, status, items: 0, fresh: 0, error })
  await finishPoll(db, {
    ...source,
    sourceId,
    now,
    succeeded: false,
    state,
    pollAt,
    failures,
    error,
  })
  if (state !== source.state) log.warn({ source: sourceId, state, error }, 'a feed has trouble')
  return { kind: 'failed', error, state }
}
