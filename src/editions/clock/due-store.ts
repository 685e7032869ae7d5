import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { DueTime, Rhythm } from './due-times.ts'

export type Automatic = Omit<Rhythm, 'zones'> & {
  id: number
  slug: string
  name: string
  zone: string
  whoseHour: 'house' | 'reader'
  leadMs: number
  notAfterMs: number
  /** Due times up to here have their row, or were before the clock was set going. */
  lookedAt: Date
}

/** Newsletters whose editions the clock makes. */
export async function listAutomatic(db: Db, houseZone: string): Promise<Automatic[]> {
  const { rows } = await sql<Automatic>`
    select n.id, n.slug, n.name, n.cadence, coalesce(n.time_zone, ${houseZone}) as zone, n.whose_hour as "whoseHour"
         , array[n.local_time::text] || n.more_hours::text[] as hours, n.days, n.weekly_day as "weeklyDay"
         , (extract(epoch from n.lead_time) * 1000)::bigint as "leadMs"
         , (extract(epoch from n.not_after) * 1000)::bigint as "notAfterMs"
         , greatest(n.automatic_from, (select max(d.due_at) from due_time d where d.newsletter_id = n.id)) as "lookedAt"
      from newsletter n
     where n.kind = 'digest' and n.automatic_from is not null
     order by n.id
     limit 200`.execute(db)
  return rows
}

/** Zones of the newsletter's readers. */
export async function listReaderZones(db: Db, newsletterId: number): Promise<string[]> {
  const { rows } = await sql<{ zone: string }>`
    select distinct s.time_zone as zone
      from subscription u join subscriber s on s.id = u.subscriber_id and s.state = 'active'
     where u.newsletter_id = ${newsletterId} and u.cadence <> 'off'
     order by 1
     limit 1000`.execute(db)
  return rows.map((row) => row.zone)
}

/** Why the newsletter rests on that day; undefined where it does not. */
export async function findPause(
  db: Db,
  { newsletterId, day }: { newsletterId: number; day: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ reason: string }>`
    select reason from newsletter_pause
     where newsletter_id = ${newsletterId} and ${day}::date between from_day and until_day and lifted_at is null
     order by id desc
     limit 1`.execute(db)
  return rows[0]?.reason
}

type Named = { newsletterId: number; due: DueTime }

/** How long somebody may take to draft before another takes over: the process may be gone. */
const DRAFTING = '3 minutes'

/** Whether the due time is ours to act on: the first to write its row is. */
export async function takeDueTime(
  db: Db,
  { newsletterId, due, now }: Named & { now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into due_time (newsletter_id, local_date, slot, due_at, state, noted_at)
    values (${newsletterId}, ${due.localDate}::date, ${due.slot}::smallint, ${due.dueAt}, 'drafting', ${now})
    on conflict (newsletter_id, local_date, slot) do update
       set noted_at = excluded.noted_at
     where due_time.state = 'drafting' and due_time.noted_at < ${now}::timestamptz - ${DRAFTING}::interval
    returning 1`.execute(db)
  return rows.length > 0
}

/** Due times that were taken and not finished: their process is gone. */
export async function listStuck(
  db: Db,
  { newsletterId, now }: { newsletterId: number; now: Date },
): Promise<{ localDate: string; slot: number; dueAt: Date }[]> {
  const { rows } = await sql<{ localDate: string; slot: number; dueAt: Date }>`
    select local_date::text as "localDate", slot, due_at as "dueAt" from due_time
     where newsletter_id = ${newsletterId} and state = 'drafting'
       and noted_at < ${now}::timestamptz - ${DRAFTING}::interval
     order by due_at
     limit 50`.execute(db)
  return rows
}

export type DueOutcome = {
  state: 'drafted' | 'skipped' | 'held'
  reason: string | null
  counts: object
  editionId: number | null
}

export async function finishDueTime(
  db: Db,
  { newsletterId, due, outcome, now }: Named & { outcome: DueOutcome; now: Date },
): Promise<void> {
  await sql`
    update due_time
       set state = ${outcome.state}, reason = ${outcome.reason}, counts = ${JSON.stringify(outcome.counts)}::jsonb
         , edition_id = ${outcome.editionId}, noted_at = ${now}
     where newsletter_id = ${newsletterId} and local_date = ${due.localDate}::date and slot = ${due.slot}`.execute(
    db,
  )
}

/** Due times say what became of their editions. */
export async function followEditions(db: Db, now: Date): Promise<void> {
  await sql`
    update due_time d
       set state = f.state, reason = coalesce(f.reason, d.reason), noted_at = ${now}
      from (select e.id, e.state_reason as reason
                 , case when e.state in ('sending', 'sent') then 'sent'
                        when e.state in ('skipped', 'expired', 'stopped') then 'skipped'
                        when e.state = 'held' then 'held'
                        else 'drafted' end as state
              from edition e
             where e.due_at > ${now}::timestamptz - interval '7 days') f
     where d.edition_id = f.id and d.state <> f.state and d.state <> 'drafting'
       and (f.state not in ('skipped', 'held') or coalesce(f.reason, d.reason) is not null)`.execute(
    db,
  )
}

export type PastDueTime = {
  localDate: string
  slot: number
  dueAt: Date
  state: string
  reason: string | null
  counts: { seen?: number; chosen?: number; leftOut?: Record<string, number> }
  editionId: number | null
}

/** The newest first. */
export async function listDueTimes(
  db: Db,
  { newsletterId, limit }: { newsletterId: number; limit: number },
): Promise<PastDueTime[]> {
  const { rows } = await sql<PastDueTime>`
    select local_date::text as "localDate", slot, due_at as "dueAt", state, reason, counts, edition_id as "editionId"
      from due_time where newsletter_id = ${newsletterId}
     order by due_at desc
     limit ${limit}`.execute(db)
  return rows
}
