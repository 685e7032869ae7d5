import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type TokenKeyRow = {
  id: number
  fingerprint: string
  usedFrom: Date
  retiredAt: Date | null
}

/** By number. */
export async function listTokenKeys(db: Db): Promise<TokenKeyRow[]> {
  const { rows } = await sql<TokenKeyRow>`
    select id, fingerprint, used_from as "usedFrom", retired_at as "retiredAt"
      from token_key order by id limit 255`.execute(db)
  return rows
}

/** Of two that add the same number at once the first wins. @returns what is there now */
export async function ensureTokenKeyRow(
  db: Db,
  { id, fingerprint, usedFrom }: Omit<TokenKeyRow, 'retiredAt'>,
): Promise<TokenKeyRow> {
  const { rows } = await sql<TokenKeyRow>`
    insert into token_key (id, fingerprint, used_from) values (${id}, ${fingerprint}, ${usedFrom})
    on conflict (id) do update set id = excluded.id
    returning id, fingerprint, used_from as "usedFrom", retired_at as "retiredAt"`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row
}

/** False for one that is unknown or retired already, or that would leave none. */
export async function retireTokenKey(
  db: Db,
  { id, now }: { id: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update token_key set retired_at = ${now}
     where id = ${id} and retired_at is null
       and exists (select from token_key other
                    where other.id <> ${id} and other.retired_at is null and other.used_from <= ${now})
    returning id`.execute(db)
  return rows.length > 0
}

/** Machines that sent within the last hour: a key in a file has to be on each of them. */
export async function countSendingHosts(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct host_id) as count from sender
     where ended_at is null and seen_at > ${now}::timestamptz - interval '1 hour'`.execute(db)
  return rows[0]?.count ?? 0
}
