import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export const suppressionReasons = [
  'left',
  'bounced',
  'complained',
  'asked',
  'erased',
  'blocked',
] as const
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

export type NewSuppression = { addressHash: Buffer; reason: SuppressionReason }

/**
 * Puts addresses on the list. Every reason outweighs a bounce or a leaving, and "this was not me" also what a sign-up
 * could lift; a block of ours does not, or adding and lifting it would lift a complaint.
 * @returns how many were not on it, or are for another reason now
 */
export async function suppress(
  db: Db,
  { rows, importId = null, now }: { rows: NewSuppression[]; importId?: number | null; now: Date },
): Promise<number> {
  if (rows.length === 0) return 0
  // In the order of the hashes, so that two batches cannot deadlock; of one address in two rows the graver counts.
  const { numAffectedRows } = await sql`
    insert into suppression (address_hash, reason, at, import_id)
    select distinct on (o.address_hash) o.address_hash, o.reason, ${now}::timestamptz, ${importId}::bigint
      from unnest(${rows.map(({ addressHash }) => addressHash)}::bytea[], ${rows.map(({ reason }) => reason)}::text[])
             as o (address_hash, reason)
     order by o.address_hash, array_position('{asked,blocked,erased,complained,bounced,left}'::text[], o.reason)
    on conflict (address_hash) do update set reason = excluded.reason, at = excluded.at, import_id = excluded.import_id
     where suppression.reason in ('left', 'bounced') and excluded.reason not in ('left', 'bounced')
        or suppression.reason in ('complained', 'erased') and excluded.reason = 'asked'`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Takes the address off the list where it stands there for one of these reasons. */
export async function dropSuppression(
  db: Db,
  { addressHash, reasons }: { addressHash: Buffer; reasons: readonly SuppressionReason[] },
): Promise<SuppressionReason | undefined> {
  const { rows } = await sql<{ reason: SuppressionReason }>`
    delete from suppression where address_hash = ${addressHash} and reason = any(${[...reasons]}::text[])
    returning reason`.execute(db)
  return rows[0]?.reason
}

/** After a bounce the reader's own choices hold again. */
export async function reopenBounced(db: Db, id: number): Promise<'active' | 'pending' | undefined> {
  const { rows } = await sql<{ state: 'active' | 'pending' }>`
    update subscriber
       set state = (case when confirmed_at is not null then 'active' else 'pending' end)::subscriber_state
     where id = ${id} and state = 'bounced'
    returning state`.execute(db)
  return rows[0]?.state
}
