import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { serviceRefusal } from '../claim-service.ts'
import { consent } from '../claim-store.ts'

/** Of these editions, those that are being sent now; none while everything is held. */
export async function listGoing(db: Db, editionIds: number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select id from edition
     where id = any(${editionIds}::bigint[]) and state = 'sending'
       and not exists (select from restore_mark where held is not null)`.execute(db)
  return new Set(rows.map((row) => row.id))
}

/** Whether a person, or a restored database, holds everything. */
export async function isHeld(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from restore_mark where held is not null`.execute(db)
  return rows.length > 0
}

/** A reader as of the claim. */
export type Waiting = { subscriberId: number; addressVersion: number }

/** Why not any more; `moved` when the address is another one by now. */
export type Withdrawn = { id: number; reason: string }

/**
 * Of claimed readers, those who withdrew, were suppressed or changed their address since. Asked about the rows and not
 * about the events: an event may be committed after a later one was read, and a mute leaves none.
 */
export async function listWithdrawn(
  db: Db,
  { editionId, rows, now }: { editionId: number; rows: Waiting[]; now: Date },
): Promise<Withdrawn[]> {
  const { rows: withdrawn } = await sql<Withdrawn>`
    select id, reason
      from (select o.id, case when s.address_version is distinct from o.address_version then coalesce(${consent(now)}, 'moved')
                              else ${consent(now)} end as reason
              from unnest(${rows.map((row) => row.subscriberId)}::bigint[], ${rows.map((row) => row.addressVersion)}::integer[])
                     as o (id, address_version)
              join edition e on e.id = ${editionId}
              left join subscriber s on s.id = o.id
              left join subscription u on u.newsletter_id = e.newsletter_id and u.subscriber_id = o.id
              left join suppression p on p.address_hash = s.address_hash) known
     where reason is not null`.execute(db)
  return withdrawn
}

/** The same for service mails: whom nothing must reach any more. */
export async function listWithdrawnService(db: Db, ids: number[]): Promise<Withdrawn[]> {
  const { rows } = await sql<Withdrawn>`
    select id, reason
      from (select m.id, ${serviceRefusal} as reason
              from service_mail m
              left join subscriber s on s.id = m.subscriber_id
              left join suppression p on p.address_hash = m.address_hash
             where m.id = any(${ids}::bigint[])) known
     where reason is not null`.execute(db)
  return rows
}
