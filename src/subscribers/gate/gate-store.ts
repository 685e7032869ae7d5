import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Gate = {
  /** By the breaker, until its time is over. */
  trippedAt: Date | null
  until: Date | null
  /** By a person. */
  demandedAt: Date | null
}

export async function findGate(db: Db): Promise<Gate> {
  const { rows } = await sql<Gate>`
    select tripped_at as "trippedAt", until, demanded_at as "demandedAt" from sign_up_gate`.execute(
    db,
  )
  return rows[0] ?? { trippedAt: null, until: null, demandedAt: null }
}

/** Trips the breaker, or keeps it tripped. */
export async function tripGate(db: Db, { now, until }: { now: Date; until: Date }): Promise<void> {
  await sql`
    insert into sign_up_gate as g (tripped_at, until) values (${now}, ${until})
    on conflict (only_row) do update
       set tripped_at = coalesce(g.tripped_at, excluded.tripped_at), until = greatest(g.until, excluded.until)`.execute(
    db,
  )
}

export async function demandProof(db: Db, { on, now }: { on: boolean; now: Date }): Promise<void> {
  const at = on ? now : null
  await sql`
    insert into sign_up_gate as g (demanded_at) values (${at})
    on conflict (only_row) do update
       set demanded_at = case when ${on} then coalesce(g.demanded_at, excluded.demanded_at) end`.execute(
    db,
  )
}

/** When it tripped, where nobody was told of it yet. */
export async function findUntold(db: Db): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`
    select tripped_at as at from sign_up_gate where tripped_at <> coalesce(noticed_at, '-infinity')`.execute(
    db,
  )
  return rows[0]?.at
}

/** By the time of the trip, not by the clock: those of two machines differ. */
export async function markTold(db: Db, trippedAt: Date): Promise<void> {
  await sql`update sign_up_gate set noticed_at = ${trippedAt} where tripped_at = ${trippedAt}`.execute(
    db,
  )
}

/** When the breaker tripped whose trip was told and whose time is over. */
export async function findCalm(db: Db, now: Date): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`
    select tripped_at as at from sign_up_gate where tripped_at = noticed_at and until <= ${now}`.execute(
    db,
  )
  return rows[0]?.at
}

export async function clearGate(
  db: Db,
  { trippedAt, now }: { trippedAt: Date; now: Date },
): Promise<void> {
  await sql`
    update sign_up_gate set tripped_at = null, until = null
     where tripped_at = ${trippedAt} and until <= ${now}`.execute(db)
}

/** One more with this outcome in this hour, and against the bucket that stopped it. */
export async function countSignUp(
  db: Db,
  { outcome, bucket, now }: { outcome: string; bucket: string | undefined; now: Date },
): Promise<void> {
  const buckets = bucket === undefined ? [''] : ['', bucket]
  await sql`
    insert into sign_up_count as c (hour, outcome, bucket, count)
    select date_trunc('hour', ${now}::timestamptz), ${outcome}, b, 1 from unnest(${buckets}::text[]) b order by b
    on conflict (hour, outcome, bucket) do update set count = c.count + 1`.execute(db)
}

export type Counted = { outcome: string; bucket: string; count: number }

/** Most first. */
export async function listCounts(
  db: Db,
  { since, limit }: { since: Date; limit: number },
): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    select outcome, bucket, sum(count)::bigint as count
      from sign_up_count
     where hour >= date_trunc('hour', ${since}::timestamptz)
     group by outcome, bucket
     order by bucket <> '', count desc, outcome, bucket
     limit ${limit}`.execute(db)
  return rows
}

export async function dropOldCounts(db: Db, before: Date): Promise<void> {
  await sql`delete from sign_up_count where hour < ${before}`.execute(db)
}

/** False for a proof that was used before. */
export async function useProof(
  db: Db,
  { proof, expiresAt }: { proof: Buffer; expiresAt: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into used_proof (proof, expires_at) values (${proof}, ${expiresAt})
    on conflict (proof) do nothing
    returning proof`.execute(db)
  return rows.length > 0
}

export async function dropOldProofs(db: Db, now: Date): Promise<void> {
  await sql`delete from used_proof where expires_at < ${now}`.execute(db)
}
