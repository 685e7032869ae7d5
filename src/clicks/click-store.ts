import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Agent } from './scanner-rules.ts'

/** `publicId` finds the delivery and is not written. */
export type RawClick = {
  at: Date
  editionId: number
  position: number
  publicId: number
  reader: string
  method: 'GET' | 'HEAD'
  agent: Agent
  network: string | null
}

/** After a mail was accepted its clicks are counted so long. Then nothing is written down. */
export const COUNTED_HOURS = 46
/** An hour longer than that: while a reader's clicks are counted, the earlier ones are there to tell the reader apart. */
export const KEPT_HOURS = COUNTED_HOURS + 1

/** A program that hammers on one reader's links must not fill the table. */
const CLICKS_A_READER = 100

const STATEMENT_MS = 2000

/** In order of position. Frozen: approved or further, so that they never change. */
export async function listLinks(
  db: Db,
  editionId: number,
): Promise<{ urls: string[]; frozen: boolean }> {
  const { rows } = await sql<{ url: string; frozen: boolean }>`
    select l.url, e.state not in ('draft', 'in review') as frozen
      from edition_link l join edition e on e.id = l.edition_id
     where l.edition_id = ${editionId} order by l.position limit 1000`.execute(db)
  return { urls: rows.map(({ url }) => url), frozen: rows[0]?.frozen ?? false }
}

export async function limitStatement(db: Db): Promise<void> {
  await sql`select set_config('statement_timeout', ${String(STATEMENT_MS)}, true)`.execute(db)
}

/** Only of readers that were mailed, and only in time. A preview's token is nobody's. */
export async function insertClicks(db: Db, clicks: readonly RawClick[]): Promise<void> {
  const column = <Key extends keyof RawClick>(key: Key) => clicks.map((click) => click[key])
  await sql`
    insert into click_raw (at, edition_id, position, reader, method, agent, seconds, network)
    select c.at, c.edition_id, c.position, decode(c.reader, 'hex'), c.method, c.agent
         , extract(epoch from c.at - d.outcome_at), decode(c.network, 'hex')
      from unnest(${column('at')}::timestamptz[], ${column('editionId')}::bigint[], ${column('position')}::integer[]
                , ${column('publicId')}::bigint[], ${column('reader')}::text[], ${column('method')}::text[]
                , ${column('agent')}::text[], ${column('network')}::text[])
             as c (at, edition_id, position, public_id, reader, method, agent, network)
      join subscriber s on s.public_id = c.public_id and s.state <> 'erased'
      join delivery d on d.edition_id = c.edition_id and d.subscriber_id = s.id
     where d.state in ('claimed', 'accepted', 'uncertain')
       and (d.outcome_at is null or c.at <= d.outcome_at + make_interval(hours => ${COUNTED_HOURS}))
       and (select count(*) from (select from click_raw k
                                   where k.edition_id = c.edition_id and k.reader = decode(c.reader, 'hex')
                                   limit ${CLICKS_A_READER}) known) < ${CLICKS_A_READER}`.execute(
    db,
  )
}

/** @returns how many are gone */
export async function deleteRaw(db: Db, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`delete from click_raw where at < ${before}`.execute(db)
  return Number(numAffectedRows ?? 0)
}
