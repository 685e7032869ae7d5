import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Somebody who is called when an edition waits for a yes. */
export type OnCall = Omit<Person, 'address'> & {
  address: string | null
  deputy: boolean
  position: number
}

/** Who can be mailed about an edition: a team member with an address. */
export type Person = { operatorId: number; name: string; address: string }

export async function findPeople(
  db: Db,
  by: { ids: readonly number[] } | { name: string },
): Promise<Person[]> {
  const named = 'name' in by ? sql`name = ${by.name}` : sql`id = any(${[...by.ids]}::bigint[])`
  const { rows } = await sql<Person>`
    select id as "operatorId", name, address from operator
     where ${named} and address is not null and disabled_at is null
     order by id
     limit 100`.execute(db)
  return rows
}

/** In the order in which they are called; deputies last. */
export async function listOnCall(db: Db): Promise<OnCall[]> {
  const { rows } = await sql<OnCall>`
    select o.id as "operatorId", o.name, o.address, c.deputy, c.position
      from on_call c join operator o on o.id = c.operator_id and o.disabled_at is null
     order by c.deputy, c.position, o.id
     limit 100`.execute(db)
  return rows
}

/** At the end of the list; false where the person has no address. */
export async function putOnCall(
  db: Db,
  { operatorId, deputy }: { operatorId: number; deputy: boolean },
): Promise<boolean> {
  const { rows } = await sql`
    insert into on_call (operator_id, position, deputy)
    select id, 1 + coalesce((select max(position) from on_call), 0), ${deputy}
      from operator where id = ${operatorId} and address is not null
    on conflict (operator_id) do update set deputy = excluded.deputy
    returning 1`.execute(db)
  return rows.length > 0
}

export async function clearOnCall(db: Db): Promise<void> {
  await sql`delete from on_call`.execute(db)
}

export async function dropOnCall(db: Db, name: string): Promise<boolean> {
  const { rows } = await sql`
    delete from on_call where operator_id = (select id from operator where name = ${name}) returning 1`.execute(
    db,
  )
  return rows.length > 0
}
