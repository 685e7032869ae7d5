import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** The bounce domains of editions since then: a setting that was changed meanwhile does not change their mails. */
export async function listBounceDomains(db: Db, since: Date): Promise<string[]> {
  // The sender stands in a large column: of the latest editions only, and once a start.
  const { rows } = await sql<{ domain: string }>`
    select distinct compiled -> 'sender' ->> 'bounceDomain' as domain
      from (select compiled from edition where created_at > ${since} order by id desc limit 100) latest
     where compiled -> 'sender' ->> 'bounceDomain' is not null`.execute(db)
  return rows.map(({ domain }) => domain)
}
