import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type LedgerRow = {
  subscriberId: number
  state: 'planned' | 'claimed' | 'accepted' | 'rejected' | 'uncertain' | 'excluded'
  senderId: number | null
}

/** The rows of an edition from where the last page ended, in the order of their readers. */
export async function listRows(
  db: Db,
  { editionId, after, limit }: { editionId: number; after: number; limit: number },
): Promise<LedgerRow[]> {
  const { rows } = await sql<LedgerRow>`
    select subscriber_id as "subscriberId", state, sender_id as "senderId"
      from delivery
     where edition_id = ${editionId} and subscriber_id > ${after}
     order by subscriber_id
     limit ${limit}`.execute(db)
  return rows
}

/** Rows of no reader or edition, and those to be mailed without a variant or cohort. */
export async function countOrphans(db: Db, editionId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count
      from delivery d
      left join subscriber s on s.id = d.subscriber_id
      left join edition e on e.id = d.edition_id
      left join variant v on v.edition_id = d.edition_id and v.id = d.variant
      left join cohort c on c.edition_id = d.edition_id and c.id = d.cohort
     where d.edition_id = ${editionId}
       and (s.id is null or e.id is null or (d.state <> 'excluded' and (v.id is null or c.id is null)))`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

/** Which process each sender of the ledger was. */
export async function listSenders(db: Db): Promise<{ id: number; pid: number }[]> {
  const { rows } = await sql<{ id: number; pid: number }>`
    select id, pid from sender order by id limit 10000`.execute(db)
  return rows
}

/** The newest sender of a process, and where it keeps its journal. */
export async function findSender(
  db: Db,
  pid: number,
): Promise<{ id: number; journal: string } | undefined> {
  const { rows } = await sql<{ id: number; journal: string }>`
    select id, journal from sender where pid = ${pid} order by id desc limit 1`.execute(db)
  return rows[0]
}

/** Rows that a process has in hand or lost, and the seconds until the last of its leases passes. */
export async function countInHand(
  db: Db,
  { editionId, pid }: { editionId: number; pid: number },
): Promise<{ claimed: number; uncertain: number; leaseSeconds: number }> {
  const { rows } = await sql<{ claimed: number; uncertain: number; leaseSeconds: number }>`
    select count(*) filter (where d.state = 'claimed') as claimed
         , count(*) filter (where d.state = 'uncertain') as uncertain
         , coalesce(extract(epoch from max(d.lease_until) - now()), 0)::double precision as "leaseSeconds"
      from delivery d
     where d.edition_id = ${editionId} and d.state in ('claimed', 'uncertain')
       and d.sender_id = (select max(id) from sender where pid = ${pid})`.execute(db)
  return rows[0] ?? { claimed: 0, uncertain: 0, leaseSeconds: 0 }
}
