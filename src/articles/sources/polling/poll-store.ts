import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Source } from '../source.ts'
import type { PollCount } from './volume.ts'

/**
 * Takes the source for one poll, unless another process has it, or it is not due and nobody insists. Undefined then.
 */
export async function claimPoll(
  db: Db,
  input: { sourceId: number; now: Date; until: Date; insist: boolean },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    update source set polling_until = ${input.until}
     where id = ${input.sourceId} and kind in ('feed', 'sitemap') and url is not null
       and (polling_until is null or polling_until <= ${input.now})
       and (${input.insist} or (poll_at <= ${input.now} and state not in ('gone', 'paused')))
    returning id`.execute(db)
  return rows[0]?.id
}

/** The host has no slot before: the poll waits for it, and is no failure. */
export async function putOffPoll(
  db: Db,
  { sourceId, until }: { sourceId: number; until: Date },
): Promise<void> {
  await sql`
    update source set polling_until = null, poll_at = ${until}
     where id = ${sourceId} and poll_at is not null`.execute(db)
}

export type Polled = Pick<Source, 'state' | 'failures' | 'error' | 'pollAt'> & {
  sourceId: number
  now: Date
  succeeded: boolean
  etag: string | null
  lastModified: string | null
}

/** A source that was paused meanwhile stays so. */
export async function finishPoll(db: Db, polled: Polled): Promise<void> {
  await sql`
    update source
       set polling_until = null, polled_at = ${polled.now}
         , succeeded_at = case when ${polled.succeeded} then ${polled.now}::timestamptz else succeeded_at end
         , failures = ${polled.failures}, error = ${polled.error}
         , etag = ${polled.etag}, last_modified = ${polled.lastModified}
         , state = case when state = 'paused' then state else ${polled.state} end
         , poll_at = case when state = 'paused' then null else ${polled.pollAt}::timestamptz end
     where id = ${polled.sourceId}`.execute(db)
}

/** The new address, unless another source has it already. */
export async function moveSource(
  db: Db,
  { sourceId, url }: { sourceId: number; url: string },
): Promise<boolean> {
  const { rows } = await sql`
    update source set url = ${url}
     where id = ${sourceId} and url <> ${url} and not exists (select 1 from source where url = ${url})
    returning id`.execute(db)
  return rows.length > 0
}

export type PollRow = {
  sourceId: number
  at: Date
  status: number | null
  items: number
  fresh: number
  error: string | null
}

export async function insertPoll(db: Db, row: PollRow): Promise<void> {
  await sql`
    insert into source_poll (source_id, at, status, items, fresh, error)
    values (${row.sourceId}, ${row.at}, ${row.status}, ${row.items}, ${row.fresh}, ${row.error})
    on conflict (source_id, at) do update
       set items = source_poll.items + excluded.items, fresh = source_poll.fresh + excluded.fresh`.execute(
    db,
  )
}

export async function prunePolls(
  db: Db,
  { sourceId, before }: { sourceId: number; before: Date },
): Promise<void> {
  await sql`delete from source_poll where source_id = ${sourceId} and at < ${before}`.execute(db)
}

/** Polls after the first that got an answer, oldest first. */
export async function listPollCounts(
  db: Db,
  { sourceId, after }: { sourceId: number; after: Date },
): Promise<PollCount[]> {
  const { rows } = await sql<PollCount>`
    select at, fresh from source_poll
     where source_id = ${sourceId} and at > ${after} and error is null
     order by at limit 20000`.execute(db)
  return rows
}

/** When its items came out, the latest first. */
export async function listItemTimes(
  db: Db,
  { sourceId, after }: { sourceId: number; after: Date },
): Promise<Date[]> {
  const { rows } = await sql<{ cameAt: Date }>`
    select came_at as "cameAt" from source_item
     where source_id = ${sourceId} and came_at > ${after}
     order by came_at desc limit 2000`.execute(db)
  return rows.map(({ cameAt }) => cameAt)
}

/** Marks the first poll that worked, and what the feed says of itself where nobody said it before. */
export async function markSeeded(
  db: Db,
  input: {
    sourceId: number
    now: Date
    title: string | null
    siteUrl: string | null
    language: string | null
  },
): Promise<void> {
  await sql`
    update source
       set seeded_at = coalesce(seeded_at, ${input.now})
         , title = coalesce(title, ${input.title}), site_url = coalesce(site_url, ${input.siteUrl})
         , language = coalesce(language, ${input.language})
     where id = ${input.sourceId}`.execute(db)
}
