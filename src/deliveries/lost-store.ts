import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { RowKey } from './outcome-store.ts'

/** A sender that has not ended in order, as far as the database knows. */
export type OpenSender = {
  id: number
  hostId: string
  bootId: string
  pid: number
  processStart: string
  journal: string
  /** Not heard of for so long that leases of it may have lapsed. */
  silent: boolean
  /** For so long that nobody waits for it any more. */
  unseen: boolean
}

/** The word on rows whose owner may be alive: a late reply may still turn it, so that nothing is sent again meanwhile. */
export const LAPSED = 'the sending process did not answer for longer than its claim lasts'

const SILENT = '30 seconds'
const LOOK_AGAIN = '10 seconds'
/** Rows a look: more than one sender usually has claimed at a time. */
const CHUNK = 500

export async function listOpenSenders(db: Db, now: Date): Promise<OpenSender[]> {
  const { rows } = await sql<OpenSender>`
    select id, host_id as "hostId", boot_id as "bootId", pid, process_start as "processStart", journal
         , seen_at < ${now}::timestamptz - ${SILENT}::interval as silent
         , seen_at < ${now}::timestamptz - interval '1 hour' as unseen
      from sender where ended_at is null order by id desc limit 1000`.execute(db)
  return rows
}

/** Whether it is this process' turn to look for lapsed leases: of all siblings one does, now and then. */
export async function claimLook(
  db: Db,
  { senderId, now }: { senderId: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update sender set looked_at = ${now}
     where id = ${senderId} and ended_at is null
       and (looked_at is null or looked_at < ${now}::timestamptz - ${LOOK_AGAIN}::interval)
    returning id`.execute(db)
  return rows.length > 0
}

/**
 * Whether it is time to look for rows of this process itself that it does not know of: a claim whose commit went through
 * while its answer was lost. Only while something counts as claimed.
 */
export async function claimOwnLook(
  db: Db,
  { senderId, now }: { senderId: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update sender set looked_at = ${now}
     where id = ${senderId} and (looked_at is null or looked_at < ${now}::timestamptz - interval '1 minute')
       and (exists (select from tally where shard = ${senderId} and what = 'claimed' and count > 0)
            or exists (select from service_mail
                        where state = 'claimed' and sender_id = ${senderId} and lease_until < ${now}))
    returning id`.execute(db)
  return rows.length > 0
}

/**
 * Claimed rows of a sender; of one that may be alive only those whose lease has passed. Reads every edition in work
 * (1 M rows: 0.15 s), so only for a sender that is lost or silent. Of the stopped ones
 * only those of its last days, or with a count of claimed rows: they become more and more.
 */
export async function listOpenRows(
  db: Db,
  { senderId, lapsedAt }: { senderId: number; lapsedAt: Date | null },
): Promise<{ rows: RowKey[]; more: boolean }> {
  const { rows } = await sql<RowKey>`
    select d.edition_id as "editionId", d.subscriber_id as "subscriberId", d.attempt
      from edition e join delivery d on d.edition_id = e.id
     where (e.state in ('sending', 'held')
            or e.state = 'stopped'
               and (e.release_at > (select seen_at from sender where id = ${senderId}) - interval '3 days'
                    or exists (select from tally t where t.edition_id = e.id and t.what = 'claimed' and t.count > 0)))
       and d.state = 'claimed' and d.sender_id = ${senderId}
       and (${lapsedAt}::timestamptz is null or d.lease_until < ${lapsedAt})
     union all
    select 0, id, attempt from service_mail
     where state = 'claimed' and sender_id = ${senderId}
       and (${lapsedAt}::timestamptz is null or lease_until < ${lapsedAt})
     limit ${CHUNK}`.execute(db)
  return { rows, more: rows.length === CHUNK }
}
