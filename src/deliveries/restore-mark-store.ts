import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type DatabaseMark = {
  databaseId: string
  number: number
  at: Date
  held: string | null
  heldAt: Date | null
}

export async function findMark(db: Db): Promise<DatabaseMark | undefined> {
  const { rows } = await sql<DatabaseMark>`
    select database_id as "databaseId", number, at, held, held_at as "heldAt"
      from restore_mark`.execute(db)
  return rows[0]
}

/** Of two processes that start on a new database the first makes it. */
export async function ensureMark(
  db: Db,
  { databaseId, now }: { databaseId: string; now: Date },
): Promise<void> {
  await sql`
    insert into restore_mark (database_id, at) values (${databaseId}, ${now})
    on conflict (only_row) do nothing`.execute(db)
}

/** The next number, unless everything is held or the mark is not the one that was read. */
export async function raiseMark(
  db: Db,
  { databaseId, atLeast, now }: { databaseId: string; atLeast: number; now: Date },
): Promise<number | undefined> {
  const { rows } = await sql<{ number: number }>`
    update restore_mark set number = number + 1, at = ${now}
     where database_id = ${databaseId} and number >= ${atLeast} and held is null
    returning number`.execute(db)
  return rows[0]?.number
}

/**
 * Nothing is planned or claimed from now on. The first reason stays, and a loss of the
 * database is added to it. The number goes up to the one outside, so that a release is the last word and no other machine's mark is ahead of it.
 * @returns why everything was held before; null when nothing was
 */
export async function hold(
  db: Db,
  { reason, adds, number, now }: { reason: string; adds: boolean; number: number; now: Date },
): Promise<string | null> {
  // The row is locked and read first: of two at once the second reads what the first wrote.
  const { rows } = await sql<{ before: string | null }>`
    update restore_mark m
       set held = case when m.held is null then ${reason}
                       when ${adds} and position(${reason} in m.held) = 0 then m.held || '; ' || ${reason}::text
                       else m.held end
         , held_at = coalesce(m.held_at, ${now}), number = greatest(m.number, ${number})
      from (select only_row, held from restore_mark for update) was
     where m.only_row = was.only_row
    returning was.held as before`.execute(db)
  return rows[0]?.before ?? null
}

/** False when nothing was held. */
export async function release(db: Db, now: Date): Promise<boolean> {
  const { rows } = await sql`
    update restore_mark set held = null, held_at = null, at = ${now}, number = number + 1
     where held is not null
    returning number`.execute(db)
  return rows.length > 0
}

/** Nobody ever signed up, and nothing was ever released: a mark that does not fit cannot mean a loss. */
export async function isNewDatabase(db: Db): Promise<boolean> {
  const { rows } = await sql`
    select 1 where not exists (select from subscriber) and not exists (select from delivery)`.execute(
    db,
  )
  return rows.length > 0
}

export async function listSending(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from edition where state = 'sending' order by id limit 1000`.execute(db)
  return rows.map((row) => row.id)
}

export type Doubt = {
  edition: number
  subject: string
  state: string
  planned: number
  accepted: number
  uncertain: number
}

/** Editions that are not at their end, newest first: of a restored database they may be. */
export async function listDoubts(db: Db): Promise<Doubt[]> {
  const { rows } = await sql<Doubt>`
    select e.id as edition, e.subject, e.state
         , coalesce(sum(t.count) filter (where t.what = 'planned'), 0)::bigint as planned
         , coalesce(sum(t.count) filter (where t.what = 'accepted'), 0)::bigint as accepted
         , coalesce(sum(t.count) filter (where t.what = 'uncertain'), 0)::bigint as uncertain
      from edition e left join tally t on t.edition_id = e.id
     where e.state in ('approved', 'scheduled', 'sending', 'held')
     group by e.id
     order by e.id desc
     limit 200`.execute(db)
  return rows
}
