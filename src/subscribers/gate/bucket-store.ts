import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** A token bucket: so many at once, then so many an hour. */
export type Bucket = { name: string; atOnce: number; perHour: number }

/**
 * Takes a token from each bucket in their order, and stops at the first that is empty: a network that floods does not
 * use up what the others of a domain may have. One statement, shared by all processes; always in one order, so that two
 * never wait for each other.
 * @returns the name of the empty one; undefined when all had a token
 */
export async function takeTokens(
  db: Db,
  { buckets, now }: { buckets: Bucket[]; now: Date },
): Promise<string | undefined> {
  if (buckets.length === 0) return undefined
  const steps = buckets.map((bucket, index) => {
    const before = index === 0 ? sql`true` : sql`exists (select from ${step(index - 1)})`
    return sql`${step(index)} as (${takeOne(bucket, { before, now })})`
  })
  const taken = buckets.map(
    ({ name }, index) => sql`select ${name}::text as name from ${step(index)}`,
  )
  const { rows } = await sql<{ name: string }>`
    with ${sql.join(steps)} ${sql.join(taken, sql` union all `)}`.execute(db)
  const names = new Set(rows.map(({ name }) => name))
  return buckets.find(({ name }) => !names.has(name))?.name
}

function step(index: number): RawBuilder<unknown> {
  return sql.ref(`step_${index}`)
}

function takeOne(
  { name, atOnce, perHour }: Bucket,
  { before, now }: { before: RawBuilder<unknown>; now: Date },
): RawBuilder<unknown> {
  const refilled = sql`
    least(${atOnce}::float8
        , b.tokens + greatest(extract(epoch from ${now}::timestamptz - b.refilled_at), 0)::float8 * ${perHour / 3600}::float8)`
  return sql`
    insert into sign_up_bucket as b (name, tokens, refilled_at)
    select ${name}, ${atOnce}::float8 - 1, ${now}::timestamptz where ${before}
    on conflict (name) do update
       set tokens = ${refilled} - 1, refilled_at = greatest(b.refilled_at, excluded.refilled_at)
     where ${refilled} >= 1
    returning name`
}

/** Buckets that are full again say nothing. */
export async function dropIdleBuckets(db: Db, before: Date): Promise<void> {
  await sql`delete from sign_up_bucket where refilled_at < ${before}`.execute(db)
}
