import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** In one order for everybody, until the transaction ends: of two corrections of one edition the second sees what the first did. */
export async function lockEditions(db: Db, ids: readonly number[]): Promise<void> {
  await sql`select from edition where id = any(${ids}) order by id for update`.execute(db)
}

/** Corrections that have the edition and are not settled, but for one; the earliest first. */
export async function listHolding(
  db: Db,
  { editionId, but = null }: { editionId: number; but?: number | null },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select c.id from correction_edition ce join correction c on c.id = ce.correction_id
     where ce.edition_id = ${editionId} and c.state in ('open', 'decided') and c.id is distinct from ${but}::bigint
     order by c.id
     limit 20`.execute(db)
  return rows.map(({ id }) => id)
}

/** Whether somebody is still deciding about something in the edition. */
export function isBeingCorrected(editionId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`
    exists (select from correction_edition ce join correction c on c.id = ce.correction_id
             where ce.edition_id = ${editionId} and c.state in ('open', 'decided'))`
}

/** The edition stays stopped, from now on for another correction, which lets it go when it is settled. */
export async function handOver(
  db: Db,
  { editionId, from, to }: { editionId: number; from: number; to: number },
): Promise<void> {
  await sql`
    update correction_edition set paused = correction_id = ${to}
     where edition_id = ${editionId} and correction_id in (${from}, ${to})`.execute(db)
}
