import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { What } from './tally-store.ts'

/**
 * An edition whose planning and walks are at their end, and what the counters say: whether nothing waits or is being
 * sent any more, and when the ledger was last counted.
 */
export async function findEnded(
  db: Db,
  editionId: number,
): Promise<{ settled: boolean; countedAt: Date } | undefined> {
  const { rows } = await sql<{ settled: boolean; countedAt: Date }>`
    select coalesce(sum(case when t.what = 'planned' then t.count when t.what in ('claimed', 'retry') then 0
                             else -t.count end), 0) = 0
           and coalesce(sum(t.count) filter (where t.what = 'claimed'), 0) = 0
           and coalesce(sum(t.count) filter (where t.what = 'retry'), 0) = 0 as settled
         , greatest(e.planned_at, max(t.last_at) filter (where t.what = 'planned')) as "countedAt"
      from edition e left join tally t on t.edition_id = e.id
     where e.id = ${editionId} and e.state = 'sending' and e.planned_at is not null
       and not exists (select from delivery_drain d where d.edition_id = e.id)
     group by e.id`.execute(db)
  return rows[0]
}

/** Locked, so that nobody puts a row back between the count and its verdict. */
export async function lockEnded(
  db: Db,
  editionId: number,
): Promise<{ audience: number; update: boolean } | undefined> {
  const { rows } = await sql<{ audience: number; update: boolean }>`
    select coalesce(e.audience, 0)::bigint as audience, e.update_number is not null as update from edition e
     where e.id = ${editionId} and e.state = 'sending' and e.planned_at is not null
       and not exists (select from delivery_drain d where d.edition_id = e.id)
       for update`.execute(db)
  return rows[0]
}

export type Comparison = { what: What | 'waiting'; ledger: number; tally: number }

/**
 * The ledger, counted, beside the counters. One statement, so that both are of one moment: whoever changes rows changes
 * the counters in the same transaction. Nobody counts what waits: of it, only the ledger's figure counts.
 */
export async function compareLedger(db: Db, editionId: number): Promise<Comparison[]> {
  const { rows } = await sql<Comparison>`
    with grouped as (
      select state, reason, retry_at is not null as retry, count(*) as count
        from delivery where edition_id = ${editionId}
       group by 1, 2, 3
    ), ledger as (
      select case when state = 'excluded' then 'excluded/' || reason
                  when state = 'planned' and retry then 'retry'
                  when state = 'planned' then 'waiting'
                  else state::text end as what
           , count
        from grouped
       union all
      select 'planned', coalesce(sum(count), 0)::bigint from grouped
    ), counted as (
      select what, sum(count)::bigint as count from tally where edition_id = ${editionId} group by what
    )
    select what, coalesce(l.count, 0) as ledger, coalesce(c.count, 0) as tally
      from ledger l full join counted c using (what)
     order by what`.execute(db)
  return rows
}

/** Says on the counter of planning when the ledger was counted, for whoever thinks of counting it again. */
export async function noteCounted(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<void> {
  await sql`
    insert into tally (edition_id, shard, what, count, last_at) values (${editionId}, 0, 'planned', 0, ${now})
    on conflict (edition_id, shard, what) do update set last_at = excluded.last_at`.execute(db)
}

export async function endEdition(
  db: Db,
  {
    editionId,
    state,
    reason,
    now,
  }: { editionId: number; state: 'sent' | 'skipped' | 'held'; reason: string | null; now: Date },
): Promise<void> {
  await sql`
    update edition
       set state = ${state}::edition_state, state_reason = ${reason}
         , sent_at = case when ${state} = 'sent' then ${now}::timestamptz else sent_at end
     where id = ${editionId}`.execute(db)
}
