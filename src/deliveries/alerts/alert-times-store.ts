import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** From the article's arrival here, in milliseconds; null where it has not come to that yet. */
export type AlertTimes = {
  /** Until an alert of it was drafted. */
  drafted: number
  /** Until it was released, by a person or without. */
  released: number | null
  /** Until a relay had taken the first mail. */
  firstAccepted: number | null
  /** Until it had taken 95 of 100 of those that were to leave. */
  mostAccepted: number | null
}

/** How long an alert took; null for what is none. Reads the rows of an alert, and none of others. */
export async function readAlertTimes(db: Db, editionId: number): Promise<AlertTimes | null> {
  const { rows } = await sql<AlertTimes>`
    with alert as (
      select e.id, e.created_at, e.release_at, min(r.received_at) as received_at
        from edition e
        join edition_story es on es.edition_id = e.id
        join article_revision r on (r.article_id, r.revision) = (es.article_id, es.revision)
       where e.id = ${editionId} and e.kind = 'alert'
       group by e.id
    ), meant as (
      select count(*) as mails, min(outcome_at) filter (where state = 'accepted') as first_at
        from delivery
       where edition_id = (select id from alert) and state <> 'excluded'
    ), most as (
      select max(outcome_at) as at, count(*) as mails
        from (select d.outcome_at from delivery d
               where d.edition_id = (select id from alert) and d.state = 'accepted'
               order by d.outcome_at
               limit (select ceil(0.95 * mails) from meant)) taken
    )
    select ${msSince(sql`a.created_at`)} as drafted
         , ${msSince(sql`a.release_at`)} as released
         , ${msSince(sql`meant.first_at`)} as "firstAccepted"
         , case when meant.mails > 0 and most.mails >= ceil(0.95 * meant.mails)
                then ${msSince(sql`most.at`)} end as "mostAccepted"
      from alert a cross join meant cross join most`.execute(db)
  return rows[0] ?? null
}

const msSince = (at: ReturnType<typeof sql>) =>
  sql`(extract(epoch from ${at} - a.received_at) * 1000)::bigint`
