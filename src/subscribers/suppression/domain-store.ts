import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type SuppressedDomain = { domain: string; at: Date; readers: number }

/** False when it was on the list already. */
export async function addDomain(
  db: Db,
  { domain, operatorId, now }: { domain: string; operatorId: number | null; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into suppressed_domain (domain, at, operator_id) values (${domain}, ${now}, ${operatorId})
    on conflict (domain) do nothing
    returning domain`.execute(db)
  return rows.length > 0
}

export async function dropDomain(db: Db, domain: string): Promise<boolean> {
  const { rows } = await sql`
    delete from suppressed_domain where domain = ${domain} returning domain`.execute(db)
  return rows.length > 0
}

export async function findDomain(db: Db, domain: string): Promise<{ at: Date } | undefined> {
  const { rows } = await sql<{ at: Date }>`
    select at from suppressed_domain where domain = ${domain}`.execute(db)
  return rows[0]
}

/** Newest first, each with its readers who would be mailed otherwise. */
export async function listDomains(
  db: Db,
  { limit }: { limit: number },
): Promise<SuppressedDomain[]> {
  const { rows } = await sql<SuppressedDomain>`
    with listed as (
      select domain, at from suppressed_domain order by at desc, domain limit ${limit}
    ), reader as (
      select s.domain, count(*) as readers
        from subscriber s
       where s.domain in (select domain from listed) and s.state in ('active', 'pending')
       group by s.domain
    )
    select l.domain, l.at, coalesce(r.readers, 0)::bigint as readers
      from listed l left join reader r using (domain)
     order by l.at desc, l.domain`.execute(db)
  return rows
}

/** Readers who get mail, or are asked for their agreement. */
export async function countReadersAt(db: Db, domain: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from subscriber where domain = ${domain} and state in ('active', 'pending')`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

/** Each of the domain's readers has it in the consent ledger. */
export async function recordDomain(
  db: Db,
  {
    domain,
    kind,
    form,
    operatorId,
    now,
  }: {
    domain: string
    kind: 'suppressed' | 'lifted'
    form: string
    operatorId: number | null
    now: Date
  },
): Promise<void> {
  await sql`
    insert into consent_event (at, subscriber_id, kind, form, operator_id)
    select ${now}::timestamptz, id, ${kind}, ${form}, ${operatorId}::bigint
      from subscriber
     where domain = ${domain} and state in ('active', 'pending')
     order by id`.execute(db)
}
