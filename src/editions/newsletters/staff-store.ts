import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type StaffReader = { subscriberId: number; email: string | null; state: string }

/** Who gets each edition first. */
export async function listStaff(db: Db): Promise<StaffReader[]> {
  const { rows } = await sql<StaffReader>`
    select s.id as "subscriberId", s.email, s.state
      from staff_reader r join subscriber s on s.id = r.subscriber_id
     order by s.id
     limit 500`.execute(db)
  return rows
}

/** @returns whether the list is another now; undefined where no reader has the address */
export async function setStaff(
  db: Db,
  { addressHash, on }: { addressHash: Buffer; on: boolean },
): Promise<boolean | undefined> {
  const { rows: found } = await sql<{ id: number }>`
    select id from subscriber where address_hash = ${addressHash}`.execute(db)
  const id = found[0]?.id
  if (id === undefined) return undefined
  const { rows } = on
    ? await sql`
        insert into staff_reader (subscriber_id) values (${id})
        on conflict (subscriber_id) do nothing returning 1`.execute(db)
    : await sql`delete from staff_reader where subscriber_id = ${id} returning 1`.execute(db)
  return rows.length > 0
}
