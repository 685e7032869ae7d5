import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** How far each lane is: the last person, in the order of its stage. All lanes end the first pass before the second. */
export type Place = { never: [number, number]; readers: [number, number] }

export type RunCounts = { listed: number; added: number; activated: number; asked: number }

export type Run = {
  id: number
  at: Date
  state: 'running' | 'done' | 'stopped'
  place: Place
  counts: RunCounts
}

export type NewRun = {
  operatorId: number | null
  fileHash: Buffer
  fileName: string
  format: string
  mapping: object
  consent: { source: string; date: Date | null } | null
  now: Date
}

const START: Place = { never: [0, 0], readers: [0, 0] }
const NOTHING: RunCounts = { listed: 0, added: 0, activated: 0, asked: 0 }

/** The last import of the same bytes with the same wishes. */
export async function findRun(
  db: Db,
  { fileHash, mapping, consent }: Pick<NewRun, 'fileHash' | 'mapping' | 'consent'>,
): Promise<Run | undefined> {
  const { rows } = await sql<Run>`
    select id, at, state, place, counts
      from import_run
     where file_hash = ${fileHash} and mapping = ${JSON.stringify(mapping)}::jsonb
       and consent_source is not distinct from ${consent?.source ?? null}
       and consent_date is not distinct from ${dayOf(consent)}::date
     order by id desc
     limit 1`.execute(db)
  return rows[0]
}

export async function addRun(db: Db, run: NewRun): Promise<Run> {
  const { rows } = await sql<Run>`
    insert into import_run (at, operator_id, file_hash, file_name, format, mapping, consent_source, consent_date
                          , place, counts)
    values (${run.now}, ${run.operatorId}, ${run.fileHash}, ${run.fileName}, ${run.format}
          , ${JSON.stringify(run.mapping)}, ${run.consent?.source ?? null}
          , ${dayOf(run.consent)}::date, ${JSON.stringify(START)}, ${JSON.stringify(NOTHING)})
    returning id, at, state, place, counts`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row
}

export type Move = {
  id: number
  pass: keyof Place
  lane: 0 | 1
  from: number
  to: number
  counts: RunCounts
}

/** Adds to the counts. False when another process has gone on with it meanwhile. */
export async function movePlace(
  db: Db,
  { id, pass, lane, from, to, counts }: Move,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update import_run
       set place = jsonb_set(place, array[${pass}::text, ${lane}::text], to_jsonb(${to}::int))
         , counts = (select jsonb_object_agg(key, value::bigint + coalesce(counts ->> key, '0')::bigint)
                       from jsonb_each_text(${JSON.stringify(counts)}::jsonb))
     where id = ${id} and state = 'running' and (place -> ${pass}::text ->> ${lane}::int)::int = ${from}`.execute(
    db,
  )
  return numAffectedRows === 1n
}

export async function getCounts(db: Db, id: number): Promise<RunCounts> {
  const { rows } = await sql<{
    counts: RunCounts
  }>`select counts from import_run where id = ${id}`.execute(db)
  return rows[0]?.counts ?? NOTHING
}

export async function endRun(db: Db, { id, now }: { id: number; now: Date }): Promise<void> {
  await sql`update import_run set state = 'done', ended_at = ${now} where id = ${id} and state = 'running'`.execute(
    db,
  )
}

/** Interrupted where somebody could still say so; a killed one stays "running". The same file goes on with either. */
export async function stopRun(db: Db, { id, now }: { id: number; now: Date }): Promise<void> {
  await sql`update import_run set state = 'stopped', ended_at = ${now} where id = ${id} and state = 'running'`.execute(
    db,
  )
}

export async function resumeRun(db: Db, id: number): Promise<void> {
  await sql`update import_run set state = 'running', ended_at = null where id = ${id} and state = 'stopped'`.execute(
    db,
  )
}

function dayOf(consent: NewRun['consent']): string | null {
  return consent?.date?.toISOString().slice(0, 10) ?? null
}
