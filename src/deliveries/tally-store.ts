import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** What the counters count. `planned` is all rows of an edition; those in none of the other words wait. */
export type What =
  | 'planned'
  | 'claimed'
  | 'retry'
  | 'accepted'
  | 'rejected'
  | 'uncertain'
  | `excluded/${string}`

export type Deltas = Partial<Record<What, number>>

/** Of planning, and of what people do. A sender counts under its own id, so that senders do not wait for each other. */
export const NO_SENDER = 0

/**
 * Counts what a transaction did to rows of an edition. Called once and last in it, with figures of what its statements
 * returned: until the commit the counters are locked.
 */
export async function addTally(
  db: Db,
  { editionId, shard, deltas, at }: { editionId: number; shard: number; deltas: Deltas; at: Date },
): Promise<void> {
  const changes = Object.entries(deltas).filter(
    ([, change]) => change !== undefined && change !== 0,
  )
  if (changes.length === 0) return
  // Sorted, so that two transactions lock the same counters in the same order and cannot deadlock.
  await sql`
    insert into tally (edition_id, shard, what, count, first_at, last_at)
    select ${editionId}::bigint, ${shard}::bigint, c.what, c.change, moment.at, moment.at
      from unnest(${changes.map(([what]) => what)}::text[]
                , ${changes.map(([, change]) => change)}::bigint[]) as c (what, change)
         , lateral (select case when c.what = 'accepted' and c.change > 0 then ${at}::timestamptz end as at) moment
     order by c.what collate "C"
    on conflict (edition_id, shard, what) do update
       set count = tally.count + excluded.count
         , first_at = least(tally.first_at, excluded.first_at)
         , last_at = greatest(tally.last_at, excluded.last_at)`.execute(db)
}

/** The sums over all writers. */
export type Tally = {
  planned: number
  claimed: number
  retry: number
  accepted: number
  rejected: number
  uncertain: number
  /** By reason, most frequent first. */
  excludedBy: Record<string, number>
  firstAcceptedAt: Date | null
  lastAcceptedAt: Date | null
}

/** One an edition that was asked for, in a map by its id; all zeros for one of which nothing is counted yet. */
export async function readTally(db: Db, editionIds: number[]): Promise<Map<number, Tally>> {
  const { rows } = await sql<Sum>`
    select edition_id as "editionId", what, sum(count)::bigint as count
         , min(first_at) as "firstAt", max(last_at) as "lastAt"
      from tally where edition_id = any(${editionIds}::bigint[])
     group by edition_id, what
     order by 3 desc, what`.execute(db)
  return new Map(editionIds.map((id) => [id, tallyOf(rows.filter((row) => row.editionId === id))]))
}

type Sum = {
  editionId: number
  what: What
  count: number
  firstAt: Date | null
  lastAt: Date | null
}

function tallyOf(rows: Sum[]): Tally {
  const count = (what: What) => rows.find((row) => row.what === what)?.count ?? 0
  const accepted = rows.find((row) => row.what === 'accepted')
  const excluded = rows.filter((row) => row.what.startsWith('excluded/') && row.count !== 0)
  return {
    planned: count('planned'),
    claimed: count('claimed'),
    retry: count('retry'),
    accepted: count('accepted'),
    rejected: count('rejected'),
    uncertain: count('uncertain'),
    excludedBy: Object.fromEntries(
      excluded.map((row) => [row.what.slice('excluded/'.length), row.count]),
    ),
    firstAcceptedAt: accepted?.firstAt ?? null,
    lastAcceptedAt: accepted?.lastAt ?? null,
  }
}

/** Rows that nobody has begun and that were not tried yet. Negative when the counters are wrong. */
export function waitingOf(tally: Tally): number {
  const { planned, claimed, retry, accepted, rejected, uncertain } = tally
  return planned - claimed - retry - accepted - rejected - uncertain - excludedOf(tally)
}

export function excludedOf({ excludedBy }: Tally): number {
  return Object.values(excludedBy).reduce((sum, count) => sum + count, 0)
}
