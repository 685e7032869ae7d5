import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionKind } from '#editions/store.ts'
import {
  BURST_SECONDS,
  GROWTH_MS,
  GROWTH_SHARE,
  type Pace,
  RESERVED_OF_BURST,
} from './pace-bucket.ts'

/** Of all senders together, at work as far as anybody knows. */
const sendersAtWork = (now: Date) => sql`
  (select greatest(1, count(*)) from sender
    where ended_at is null and seen_at > ${now}::timestamptz - interval '30 seconds')`

/**
 * Whether rows of the walk `d` of the edition `e` may be claimed now: its destination is not paused and has mails in
 * its bucket, and the spread allows the next. A digest waits for half a bucket, so that it is not claimed in crumbs.
 */
export function walkMayGo(now: Date): RawBuilder<unknown> {
  const urgent = sql`e.kind in ('alert', 'correction')`
  return sql`
    (${urgent} or d.claimed <= ${dueBySpread(now)})
    and not exists (
      select from pace p
           , lateral (select least(p.ceiling, p.rate + coalesce(floor(extract(epoch from ${now}::timestamptz - p.slowed_at)
                                                                      / ${GROWTH_MS / 1000}), 0)
                                                      * ${GROWTH_SHARE} * coalesce(p.ceiling, 2 * p.rate)) as rate) r
           , lateral (select greatest(1, r.rate * ${BURST_SECONDS}) as burst) b
       where p.name = 'destination ' || d.destination
         and (p.blocked_until > ${now}
              or p.tokens + r.rate * extract(epoch from ${now}::timestamptz - p.refilled_at)
                 < case when ${urgent} then 1 else greatest(1, b.burst / 2) + b.burst * ${RESERVED_OF_BURST} end))`
}

/** How many rows of the walk may have left by now, less one: the first leaves at once. */
function dueBySpread(now: Date): RawBuilder<unknown> {
  return sql`
    case when ${now}::timestamptz >= d.release_at + e.spread then d.claimed
         else floor(d.planned * extract(epoch from ${now}::timestamptz - d.release_at) / extract(epoch from e.spread)) end`
}

/** What limits a claim of this walk: the spread of its edition, and its destination's bucket. */
export type Terms = {
  kind: EditionKind
  /** How many rows of the walk may leave now; null when nothing spreads them. */
  due: number | null
  destination: string
  pace: Pace | null
  senders: number
}

export async function readTerms(
  db: Db,
  {
    editionId,
    cohort,
    destination,
    now,
  }: { editionId: number; cohort: number; destination: number; now: Date },
): Promise<Terms> {
  const { rows } = await sql<Omit<Terms, 'pace'> & PaceRow>`
    select e.kind, t.name as destination
         , case when p.connections is null then 1 else ${sendersAtWork(now)} end as senders
         , case when ${now}::timestamptz < d.release_at + e.spread then greatest(0, ${dueBySpread(now)} + 1 - d.claimed)::bigint end as due
         , ${paceColumns}
      from edition e
      left join destination t on t.id = ${destination}
      left join delivery_drain d
        on (d.edition_id, d.cohort, d.destination) = (e.id, ${cohort}::integer, ${destination}::integer)
      left join pace p on p.name = 'destination ' || ${destination}::integer
     where e.id = ${editionId}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error(`edition ${editionId} is not there`)
  const { kind, due, destination: name, senders, ...rest } = row
  return { kind, due, destination: name, senders, pace: paceOf(rest) }
}

type PaceRow = { [Key in keyof Pace]: Key extends 'name' ? string | null : Pace[Key] }

const paceColumns = sql`
  p.name, p.rate, p.ceiling, p.tokens, p.refilled_at as "refilledAt", p.blocked_until as "blockedUntil", p.connections
, p.hour_start as "hourStart", p.hour_count as "hourCount", p.day_start as "dayStart", p.day_count as "dayCount"
, p.slowed_at as "slowedAt", p.reply`

function paceOf({ name, ...row }: PaceRow): Pace | null {
  return name === null ? null : { name, ...row }
}

export async function readPaces(db: Db, names: string[]): Promise<Pace[]> {
  const { rows } = await sql<Pace>`
    select ${paceColumns} from pace p where p.name = any(${names}::text[]) order by p.name`.execute(
    db,
  )
  return rows
}

/** The bucket, until the end of the transaction nobody else's. */
export async function lockPace(db: Db, name: string): Promise<Pace | undefined> {
  const { rows } = await sql<Pace>`
    select ${paceColumns} from pace p where p.name = ${name} for update`.execute(db)
  return rows[0]
}

export async function savePace(db: Db, pace: Pace): Promise<void> {
  await sql`
    update pace
       set rate = ${pace.rate}, tokens = ${pace.tokens}, refilled_at = ${pace.refilledAt}
         , blocked_until = ${pace.blockedUntil}, hour_start = ${pace.hourStart}, hour_count = ${pace.hourCount}
         , day_start = ${pace.dayStart}, day_count = ${pace.dayCount}, slowed_at = ${pace.slowedAt}, reply = ${pace.reply}
     where name = ${pace.name}`.execute(db)
}

export async function dropPace(db: Db, name: string): Promise<void> {
  await sql`delete from pace where name = ${name}`.execute(db)
}

/** An empty bucket without a limit yet. */
export async function ensurePace(
  db: Db,
  { name, now }: { name: string; now: Date },
): Promise<void> {
  await sql`
    insert into pace (name, refilled_at) values (${name}, ${now})
    on conflict (name) do nothing`.execute(db)
}

/** The rate that a person or the configuration allows; what was learned from complaints is forgotten where it changes. */
export async function putCeiling(
  db: Db,
  { name, ceiling, now }: { name: string; ceiling: number | null; now: Date },
): Promise<void> {
  await sql`
    insert into pace (name, rate, ceiling, refilled_at) values (${name}, ${ceiling}, ${ceiling}, ${now})
    on conflict (name) do update
       set rate = excluded.rate, ceiling = excluded.ceiling, slowed_at = null, reply = null, blocked_until = null
     where pace.ceiling is distinct from excluded.ceiling`.execute(db)
}

export async function putConnections(
  db: Db,
  { name, connections, now }: { name: string; connections: number | null; now: Date },
): Promise<void> {
  await sql`
    insert into pace (name, connections, refilled_at) values (${name}, ${connections}, ${now})
    on conflict (name) do update set connections = excluded.connections`.execute(db)
}

export async function countSenders(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`select ${sendersAtWork(now)} as count`.execute(db)
  return rows[0]?.count ?? 1
}

/** Mails a second of all senders and lanes together, as they say; 0 when none said so lately. */
export async function measureSenders(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ rate: number }>`
    select coalesce(sum((lane.value ->> 'mailsPerSecond')::double precision), 0) as rate
      from sender s, jsonb_each(s.pace -> 'lanes') lane
     where s.ended_at is null and (s.pace ->> 'at')::timestamptz > ${now}::timestamptz - interval '10 seconds'`.execute(
    db,
  )
  return rows[0]?.rate ?? 0
}

/** A bucket with the name that people know. */
export type NamedPace = Pace & { of: 'relay' | 'destination'; title: string }

export async function listPaces(db: Db): Promise<NamedPace[]> {
  const { rows } = await sql<NamedPace>`
    select ${paceColumns}, split_part(p.name, ' ', 1) as of
         , coalesce(t.name, substr(p.name, position(' ' in p.name) + 1)) as title
      from pace p left join destination t on p.name = 'destination ' || t.id
     order by of desc, title
     limit 500`.execute(db)
  return rows
}

export async function listDestinations(db: Db): Promise<{ id: number; name: string }[]> {
  const { rows } = await sql<{ id: number; name: string }>`
    select id, name from destination order by id limit 1000`.execute(db)
  return rows
}
