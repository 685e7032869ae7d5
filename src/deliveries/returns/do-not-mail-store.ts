import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export const suppressionReasons = ['bounced', 'complained', 'asked', 'erased', 'blocked'] as const
export type SuppressionReason = (typeof suppressionReasons)[number]

export type Suppressed = {
  reason: SuppressionReason
  at: Date
  /** Of a reader whose address is still kept. */
  email: string | null
  subscriberId: number | null
}

export async function findSuppression(
  db: Db,
  addressHash: Buffer,
): Promise<{ reason: SuppressionReason; at: Date } | undefined> {
  const { rows } = await sql<{ reason: SuppressionReason; at: Date }>`
    select reason, at from suppression where address_hash = ${addressHash}`.execute(db)
  return rows[0]
}

/** Newest first. */
export async function listSuppressed(
  db: Db,
  { reason, limit }: { reason: SuppressionReason | null; limit: number },
): Promise<Suppressed[]> {
  const { rows } = await sql<Suppressed>`
    select p.reason, p.at, s.email, s.id as "subscriberId"
      from suppression p left join subscriber s on s.address_hash = p.address_hash
     where ${reason}::text is null or p.reason = ${reason}
     order by p.at desc
     limit ${limit}`.execute(db)
  return rows
}

/** False when it was on the list already. */
export async function addSuppression(
  db: Db,
  { addressHash, now }: { addressHash: Buffer; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into suppression (address_hash, reason, at) values (${addressHash}, 'blocked', ${now})
    on conflict (address_hash) do nothing
    returning reason`.execute(db)
  return rows.length > 0
}

export async function dropSuppression(
  db: Db,
  addressHash: Buffer,
): Promise<SuppressionReason | undefined> {
  const { rows } = await sql<{ reason: SuppressionReason }>`
    delete from suppression where address_hash = ${addressHash} returning reason`.execute(db)
  return rows[0]?.reason
}

/** After a bounce the reader's own choices hold again; after a complaint only the reader can make them. */
export async function reopenSubscriber(
  db: Db,
  { id, now }: { id: number; now: Date },
): Promise<'active' | 'pending' | 'left' | undefined> {
  const { rows } = await sql<{ state: 'active' | 'pending' | 'left' }>`
    update subscriber
       set state = (case when state = 'complained' then 'left'
                         when confirmed_at is not null then 'active' else 'pending' end)::subscriber_state
         , left_at = case when state = 'complained' then ${now} else left_at end
     where id = ${id} and state in ('bounced', 'complained')
    returning state`.execute(db)
  return rows[0]?.state
}
