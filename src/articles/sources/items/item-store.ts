import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Offered } from './offered.ts'

export type ItemState = 'waiting' | 'held' | 'taken' | 'failed' | 'dropped'

/** What is known of these items already. */
export async function listKnownItems(
  db: Db,
  { sourceId, keys }: { sourceId: number; keys: string[] },
): Promise<{ key: string; hash: string }[]> {
  const { rows } = await sql<{ key: string; hash: string }>`
    select item_key as key, item_hash as hash from source_item
     where source_id = ${sourceId} and item_key = any(${keys}) limit 5000`.execute(db)
  return rows
}

export type Noting = {
  sourceId: number
  state: Extract<ItemState, 'waiting' | 'held' | 'dropped'>
  seeded: boolean
  batchId: number | null
  now: Date
}

export async function insertItems(
  db: Db,
  { items, ...input }: Noting & { items: readonly Offered[] },
): Promise<void> {
  if (items.length === 0) return
  const json = rowsOf(items, input.state !== 'dropped')
  await sql`
    insert into source_item (source_id, item_key, item_hash, seen_at, came_at, state, seeded, batch_id, item)
    select ${input.sourceId}, o.key, o.hash, ${input.now}, o.came_at, ${input.state}, ${input.seeded}
         , ${input.batchId}, o.item
      from jsonb_to_recordset(${json}::jsonb) as o (key text, hash text, came_at timestamptz, item jsonb)
    on conflict do nothing`.execute(db)
}

/** Items whose words changed wait again; what a person holds or dropped, or was history at the start, stays where it is. */
export async function changeItems(
  db: Db,
  { sourceId, items }: { sourceId: number; items: readonly Offered[] },
): Promise<void> {
  if (items.length === 0) return
  await sql`
    update source_item i
       set item_hash = o.hash
         , item = case when i.state = 'dropped' then null else o.item end
         , state = case when i.state in ('held', 'dropped') then i.state else 'waiting' end
         , attempts = 0, retry_at = null, error = null
      from jsonb_to_recordset(${rowsOf(items, true)}::jsonb) as o (key text, hash text, item jsonb)
     where i.source_id = ${sourceId} and i.item_key = o.key`.execute(db)
}

/** The feed offers them still. Written once in a while only: most polls bring nothing new, and should write nothing. */
export async function markOffered(
  db: Db,
  input: { sourceId: number; keys: string[]; now: Date; before: Date },
): Promise<void> {
  await sql`
    update source_item set seen_at = ${input.now}
     where source_id = ${input.sourceId} and item_key = any(${input.keys}) and seen_at < ${input.before}`.execute(
    db,
  )
}

/** Items that are done with and that the feed has not offered since then. */
export async function pruneItems(
  db: Db,
  { sourceId, before }: { sourceId: number; before: Date },
): Promise<void> {
  await sql`
    delete from source_item
     where source_id = ${sourceId} and seen_at < ${before} and state in ('taken', 'failed', 'dropped')`.execute(
    db,
  )
}

/** What jsonb does not take, lone surrogates and NUL, is taken out: a feed may hold anything. */
function rowsOf(items: readonly Offered[], whole: boolean): string {
  return JSON.stringify(
    items.map(({ key, hash, cameAt, item }) => ({
      key,
      hash,
      came_at: cameAt,
      item: whole ? item : null,
    })),
    (_name, value: unknown) =>
      typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value,
  )
}

export type ClaimedItem = {
  key: string
  hash: string
  seeded: boolean
  attempts: number
  item: unknown
}

/**
 * Takes up to `limit` items that wait. Each counts the attempt at once and waits until `until`: a page that brings the
 * process down is not tried for ever, and what a killed process had is tried again.
 */
export async function claimItems(
  db: Db,
  input: { sourceId: number; limit: number; now: Date; until: Date },
): Promise<ClaimedItem[]> {
  const { rows } = await sql<ClaimedItem>`
    update source_item set attempts = attempts + 1, retry_at = ${input.until}
     where (source_id, item_key) in (
       select source_id, item_key from source_item
        where source_id = ${input.sourceId} and state = 'waiting' and (retry_at is null or retry_at <= ${input.now})
        order by came_at, item_key
        limit ${input.limit}
          for update skip locked)
    returning item_key as key, item_hash as hash, seeded, attempts, item`.execute(db)
  return rows
}

/** It is an article now. One that changed meanwhile waits on. */
export async function markTaken(
  db: Db,
  input: { sourceId: number; key: string; hash: string; articleId: number },
): Promise<void> {
  await sql`
    update source_item
       set state = 'taken', article_id = ${input.articleId}, attempts = 0, retry_at = null, error = null, item = null
     where source_id = ${input.sourceId} and item_key = ${input.key} and item_hash = ${input.hash}
       and state = 'waiting'`.execute(db)
}

/** Not this time: `retryAt` null gives it up. */
export async function markNotTaken(
  db: Db,
  input: { sourceId: number; key: string; retryAt: Date | null; error: string },
): Promise<void> {
  await sql`
    update source_item
       set state = ${input.retryAt === null ? 'failed' : 'waiting'}, retry_at = ${input.retryAt}, error = ${input.error}
     where source_id = ${input.sourceId} and item_key = ${input.key} and state = 'waiting'`.execute(
    db,
  )
}

/** It was only too early: that is no attempt. */
export async function putOffItem(
  db: Db,
  input: { sourceId: number; key: string; until: Date },
): Promise<void> {
  await sql`
    update source_item set attempts = greatest(attempts - 1, 0), retry_at = ${input.until}
     where source_id = ${input.sourceId} and item_key = ${input.key} and state = 'waiting'`.execute(
    db,
  )
}

export async function listSourcesWithItems(
  db: Db,
  { now, limit }: { now: Date; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select s.id from source s
     where s.state <> 'paused' and s.url is not null
       and exists (select 1 from source_item i
                    where i.source_id = s.id and i.state = 'waiting' and (i.retry_at is null or i.retry_at <= ${now}))
     order by s.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

export async function hasWaitingItems(
  db: Db,
  { sourceId, now }: { sourceId: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from source_item
     where source_id = ${sourceId} and state = 'waiting' and (retry_at is null or retry_at <= ${now})
     limit 1`.execute(db)
  return rows.length > 0
}

export type FailedItem = { key: string; error: string; attempts: number }

export async function listFailedItems(
  db: Db,
  { sourceId, limit }: { sourceId: number; limit: number },
): Promise<FailedItem[]> {
  const { rows } = await sql<FailedItem>`
    select item_key as key, error, attempts from source_item
     where source_id = ${sourceId} and error is not null and state in ('waiting', 'failed')
     order by came_at desc limit ${limit}`.execute(db)
  return rows
}
