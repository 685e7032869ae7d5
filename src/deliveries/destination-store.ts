import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Domains of readers without a destination, those with most readers first. */
export async function countNewcomers(
  db: Db,
  limit: number,
): Promise<{ domain: string; readers: number }[]> {
  const { rows } = await sql<{ domain: string; readers: number }>`
    select s.domain, count(*) as readers
      from subscriber s
     where s.state = 'active' and not exists (select from domain_destination d where d.domain = s.domain)
     group by s.domain
     order by readers desc, s.domain
     limit ${limit}`.execute(db)
  return rows
}

export async function listDestinationNames(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from destination limit 10000`.execute(db)
  return rows.map((row) => row.name)
}

export async function ensureDestination(db: Db, name: string): Promise<number> {
  await sql`lock table destination in share row exclusive mode`.execute(db)
  await sql`
    insert into destination (id, name) select max(id) + 1, ${name} from destination
    on conflict (name) do nothing`.execute(db)
  const { rows } = await sql<{
    id: number
  }>`select id from destination where name = ${name}`.execute(db)
  const id = rows[0]?.id
  if (id === undefined) throw new Error(`destination ${name} was not added`)
  return id
}

export async function putDomains(
  db: Db,
  { domains, destination }: { domains: string[]; destination: number },
): Promise<void> {
  await sql`
    insert into domain_destination (domain, destination_id)
    select domain, ${destination} from unnest(${domains}::text[]) domain
    on conflict (domain) do nothing`.execute(db)
}
