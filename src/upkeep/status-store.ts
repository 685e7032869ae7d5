import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export async function readDatabase(db: Db): Promise<{ version: string; bytes: number }> {
  const { rows } = await sql<{ version: string; bytes: number }>`
    select split_part(current_setting('server_version'), ' ', 1) as version
         , pg_database_size(current_database())::float8 as bytes`.execute(db)
  return rows[0] ?? { version: 'unknown', bytes: 0 }
}

export type LastEdition = {
  id: number
  newsletter: string
  subject: string
  state: string
  at: Date
}

/** The one that was released last. */
export async function findLastEdition(db: Db): Promise<LastEdition | null> {
  const { rows } = await sql<LastEdition>`
    select e.id, n.slug as newsletter, e.subject, e.state, e.release_at as at
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.state in ('sending', 'sent', 'held', 'stopped', 'expired') and e.release_at is not null
     order by e.release_at desc, e.id desc
     limit 1`.execute(db)
  return rows[0] ?? null
}
