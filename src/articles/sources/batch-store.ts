import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Opens a batch for what is held, or adds to the one that waits. */
export async function holdBatch(
  db: Db,
  input: { sourceId: number; now: Date; items: number; usual: number },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into source_batch (source_id, at, items, usual)
    values (${input.sourceId}, ${input.now}, ${input.items}, ${input.usual})
    on conflict (source_id) where state = 'held' do update set items = source_batch.items + excluded.items
    returning id`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row.id
}

export type HeldBatch = {
  id: number
  sourceId: number
  sourceName: string
  at: Date
  items: number
  usual: number
}

export async function listHeldBatches(db: Db, limit: number): Promise<HeldBatch[]> {
  const { rows } = await sql<HeldBatch>`
    select b.id, b.source_id as "sourceId", s.name as "sourceName", b.at, b.items, b.usual
      from source_batch b join source s on s.id = b.source_id
     where b.state = 'held' order by b.id limit ${limit}`.execute(db)
  return rows
}

export type Deciding = {
  sourceId: number
  state: 'released' | 'dropped'
  operatorId: number | null
  now: Date
}

/** Decides the batch that is held, and says how many of its items went with it; undefined where none is held. */
export async function decideBatch(db: Db, input: Deciding): Promise<number | undefined> {
  const { rows } = await sql<{ id: number; items: number }>`
    with decided as (
      update source_batch
         set state = ${input.state}, operator_id = ${input.operatorId}, decided_at = ${input.now}
       where source_id = ${input.sourceId} and state = 'held'
      returning id)
       , moved as (
      update source_item
         set state = ${input.state === 'released' ? 'waiting' : 'dropped'}
           , item = case when ${input.state === 'released'} then item end
       where batch_id in (select id from decided) and state = 'held'
      returning 1)
    select id, (select count(*)::int from moved) as items from decided`.execute(db)
  return rows[0]?.items
}
