import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Source } from './source.ts'

const COLUMNS = sql`
    s.id, s.kind, s.name, s.url, s.title, s.site_url as "siteUrl", s.language, s.rank, s.state
  , s.body_from as "bodyFrom", s.alerts, s.etag, s.last_modified as "lastModified", s.poll_at as "pollAt"
  , s.polled_at as "polledAt", s.succeeded_at as "succeededAt", s.failures, s.error, s.seeded_at as "seededAt"
  , w.state as websub`

export async function findSource(db: Db, named: string | number): Promise<Source | undefined> {
  const { rows } = await sql<Source>`
    select ${COLUMNS}
      from source s left join websub_subscription w on w.source_id = s.id
     where s.kind in ('feed', 'sitemap') and s.url is not null
       and ${typeof named === 'number' ? sql`s.id = ${named}` : sql`(s.name = ${named} or s.url = ${named})`}
     order by s.name = ${String(named)} desc, s.id
     limit 1`.execute(db)
  return rows[0]
}

export type SourceLine = Source & {
  usualADay: number
  waiting: number
  failed: number
  held: number
}

/** With the fresh items a day of the last two weeks, and what waits. */
export async function listSources(
  db: Db,
  { now, limit }: { now: Date; limit: number },
): Promise<SourceLine[]> {
  const { rows } = await sql<SourceLine>`
    select ${COLUMNS}
         , round(coalesce(p.fresh / greatest(1, least(14, extract(epoch from ${now}::timestamptz - s.seeded_at) / 86400)), 0)
                , 1)::float8 as "usualADay"
         , i.waiting, i.failed, i.held
      from source s
      left join websub_subscription w on w.source_id = s.id
     cross join lateral (
       select sum(fresh) as fresh from source_poll
        where source_id = s.id and at > s.seeded_at and at > ${now}::timestamptz - interval '14 days') p
     cross join lateral (
       select count(*) filter (where state = 'waiting')::int as waiting
            , count(*) filter (where state = 'failed')::int as failed
            , count(*) filter (where state = 'held')::int as held
         from source_item where source_id = s.id) i
     where s.kind in ('feed', 'sitemap') and s.url is not null
     order by s.name, s.id limit ${Math.min(limit, 1000)}`.execute(db)
  return rows
}

export type NewSource = Pick<
  Source,
  'kind' | 'name' | 'url' | 'title' | 'siteUrl' | 'language' | 'rank' | 'bodyFrom'
>

/**
 * Adds it, or takes up a name whose feed was removed, so that its articles stay with it. Undefined where the name or the
 * address is taken.
 */
export async function insertSource(
  db: Db,
  { source, now }: { source: NewSource; now: Date },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into source (kind, name, url, title, site_url, language, rank, body_from, created_at, poll_at)
    select ${source.kind}, ${source.name}, ${source.url}, ${source.title}, ${source.siteUrl}, ${source.language}
         , ${source.rank}::smallint, ${source.bodyFrom}, ${now}, ${now}::timestamptz
     where not exists (select 1 from source where url = ${source.url})
    on conflict (kind, name) do update
       set url = excluded.url, title = excluded.title, site_url = excluded.site_url, language = excluded.language
         , rank = excluded.rank, body_from = excluded.body_from, poll_at = excluded.poll_at
         , state = 'active', failures = 0, error = null, seeded_at = null, etag = null, last_modified = null
     where source.url is null
    returning id`.execute(db)
  return rows[0]?.id
}

export type SourceChange = Partial<Pick<Source, 'name' | 'rank' | 'bodyFrom' | 'alerts'>>

/** False where the name is another feed's. */
export async function updateSource(
  db: Db,
  { id, change }: { id: number; change: SourceChange },
): Promise<boolean> {
  const { name = null, rank = null, bodyFrom = null, alerts = null } = change
  const { rows } = await sql`
    update source s
       set name = coalesce(${name}, name)
         , rank = coalesce(${rank}::smallint, rank)
         , body_from = coalesce(${bodyFrom}, body_from)
         , alerts = coalesce(${alerts}, alerts)
     where id = ${id}
       and not exists (select 1 from source o where o.kind = s.kind and o.name = ${name} and o.id <> s.id)
    returning id`.execute(db)
  return rows.length > 0
}

export async function pauseSource(db: Db, id: number): Promise<boolean> {
  const { rows } = await sql`
    update source set state = 'paused', poll_at = null where id = ${id} and state <> 'paused' returning id`.execute(
    db,
  )
  return rows.length > 0
}

/** From a pause, and from a state that polling has given up on. */
export async function resumeSource(
  db: Db,
  { id, now }: { id: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update source set state = 'active', failures = 0, error = null, poll_at = ${now}
     where id = ${id} and state <> 'active' returning id`.execute(db)
  return rows.length > 0
}

export async function makeDue(db: Db, { id, now }: { id: number; now: Date }): Promise<void> {
  await sql`update source set poll_at = ${now} where id = ${id} and poll_at is not null`.execute(db)
}

/** The row stays for the articles that came from it; everything that was remembered to poll it goes. */
export async function removeSource(db: Db, id: number): Promise<void> {
  await sql`
    with items as (delete from source_item where source_id = ${id})
       , batches as (delete from source_batch where source_id = ${id})
       , polls as (delete from source_poll where source_id = ${id})
       , hub as (delete from websub_subscription where source_id = ${id})
       , rules as (delete from source_rule where source_id = ${id})
    update source set url = null, poll_at = null, polling_until = null where id = ${id}`.execute(db)
}

/** Due and polled by nobody, the longest due first. */
export async function listDueSources(
  db: Db,
  { now, limit }: { now: Date; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from source
     where poll_at <= ${now} and coalesce(polling_until, poll_at) <= ${now}
       and kind in ('feed', 'sitemap') and url is not null
     order by poll_at limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Feeds that a person should know of: given up on. */
export async function listLostSources(db: Db, limit: number): Promise<Source[]> {
  const { rows } = await sql<Source>`
    select ${COLUMNS}
      from source s left join websub_subscription w on w.source_id = s.id
     where s.state in ('inactive', 'gone') and s.url is not null and s.kind in ('feed', 'sitemap')
     order by s.id limit ${limit}`.execute(db)
  return rows
}
