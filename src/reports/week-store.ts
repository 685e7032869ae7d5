import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Span = { from: Date; until: Date }

/** The last whole week, Monday to Monday, as the newsroom's calendar has it. */
export async function lastWeek(
  db: Db,
  { timeZone, now }: { timeZone: string; now: Date },
): Promise<Span & { name: string }> {
  const { rows } = await sql<Span & { name: string }>`
    select (monday - interval '1 week') at time zone ${timeZone} as from, monday at time zone ${timeZone} as until
         , to_char(monday - interval '1 week', 'IYYY-"W"IW') as name
      from (select date_trunc('week', ${now}::timestamptz at time zone ${timeZone}) as monday) m`.execute(
    db,
  )
  const [week] = rows
  if (week === undefined) throw new Error('a calendar returned no week')
  return week
}

/** Hour of the day and day of the week (1: Monday) on the newsroom's wall. */
export async function wallClock(
  db: Db,
  { timeZone, now }: { timeZone: string; now: Date },
): Promise<{ hour: number; weekday: number }> {
  const { rows } = await sql<{ hour: number; weekday: number }>`
    select extract(hour from wall)::integer as hour, extract(isodow from wall)::integer as weekday
      from (select ${now}::timestamptz at time zone ${timeZone} as wall) w`.execute(db)
  return rows[0] ?? { hour: 0, weekday: 0 }
}

/** Readers who joined, by the form they asked with. An operator's name stays out of it. */
export async function countJoined(
  db: Db,
  { from, until }: Span,
): Promise<{ form: string; readers: number }[]> {
  const { rows } = await sql<{ form: string; readers: number }>`
    select case when c.kind = 'added' then 'added by the team'
                else coalesce((select a.form from consent_event a
                                where a.subscriber_id = c.subscriber_id and a.kind = 'asked' and a.id < c.id
                                order by a.id desc limit 1), c.form) end as form
         , count(distinct c.subscriber_id) as readers
      from consent_event c
     where c.at >= ${from} and c.at < ${until} and c.kind in ('confirmed', 'added')
     group by 1
     order by 2 desc, 1
     limit 50`.execute(db)
  return rows
}

/** Readers who left, by the mail that they left from. */
export async function countLeavers(
  db: Db,
  { from, until }: Span,
): Promise<{ editionId: number | null; subject: string | null; readers: number }[]> {
  const { rows } = await sql<{ editionId: number | null; subject: string | null; readers: number }>`
    select e.id as "editionId", e.subject, count(distinct c.subscriber_id) as readers
      from consent_event c
      left join edition e on e.id = c.edition_id
     where c.at >= ${from} and c.at < ${until} and c.kind = 'left' and c.form <> 'complaint'
     group by e.id
     order by readers desc, e.id desc nulls last
     limit 50`.execute(db)
  return rows
}

export type AlertTime = {
  id: number
  subject: string
  releasedAt: Date
  firstMs: number
  lastMs: number
}

/** Alerts of the span, and how long after their release the first and the last mail was taken. */
export async function listAlertTimes(db: Db, { from, until }: Span): Promise<AlertTime[]> {
  const { rows } = await sql<AlertTime>`
    select e.id, e.subject, e.release_at as "releasedAt"
         , (extract(epoch from min(t.first_at) - e.release_at) * 1000)::float8 as "firstMs"
         , (extract(epoch from max(t.last_at) - e.release_at) * 1000)::float8 as "lastMs"
      from edition e
      join tally t on t.edition_id = e.id and t.what = 'accepted' and t.count > 0
     where e.release_at >= ${from} and e.release_at < ${until} and e.kind = 'alert' and not e.test
     group by e.id
     order by e.release_at
     limit 100`.execute(db)
  return rows
}

/** Editions of the span, by what became of them. */
export async function listEditionsOf(
  db: Db,
  { from, until }: Span,
): Promise<
  { id: number; subject: string; kind: string; state: string; stateReason: string | null }[]
> {
  const { rows } = await sql<{
    id: number
    subject: string
    kind: string
    state: string
    stateReason: string | null
  }>`
    select id, subject, kind, state, state_reason as "stateReason" from edition
     where coalesce(release_at, created_at) >= ${from} and coalesce(release_at, created_at) < ${until} and not test
     order by id
     limit 1000`.execute(db)
  return rows
}

export async function countSuppressed(
  db: Db,
  { from, until }: Span,
): Promise<{ reason: string; addresses: number }[]> {
  const { rows } = await sql<{ reason: string; addresses: number }>`
    select reason, count(*) as addresses from suppression
     where at >= ${from} and at < ${until}
     group by reason order by 2 desc, 1`.execute(db)
  return rows
}
