import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** What an erasure would touch, for the person who must be sure. */
export type Reach = { choices: number; mails: number; waiting: number; letters: number }

export async function countReach(db: Db, subscriberId: number): Promise<Reach> {
  const { rows } = await sql<Reach>`
    select (select count(*) from subscription where subscriber_id = ${subscriberId} and cadence <> 'off') as choices
         , (select count(*)
              from edition e
              join lateral (select from delivery d
                             where d.edition_id = e.id and d.subscriber_id = ${subscriberId}
                               and d.state in ('accepted', 'uncertain')) d on true)
           + (select count(*) from service_mail
               where subscriber_id = ${subscriberId} and state in ('accepted', 'uncertain')) as mails
         , (select count(*) from service_mail where subscriber_id = ${subscriberId} and state = 'planned') as waiting
         , (select count(*) from returned
             where subscriber_id = ${subscriberId} and kind = 'reply' and payload <> '{}') as letters`.execute(
    db,
  )
  return rows[0] ?? { choices: 0, mails: 0, waiting: 0, letters: 0 }
}
