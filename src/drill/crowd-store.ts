import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Made-up readers of newsletters straight into the tables: 100 k in about two seconds. */
export async function addCrowd(
  db: Db,
  { readers, newsletters, now }: { readers: number; newsletters: string[]; now: Date },
): Promise<void> {
  await sql`
    with reader as (
      insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at)
      select 1000000 + n, 'active', 'reader' || n || '@drill.example', sha256(('drill ' || n)::bytea), 'drill.example'
           , 'Europe/London', 'en', ${now}, ${now}
        from generate_series(1, ${readers}::integer) n
      returning id)
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select r.id, n.id, case n.kind when 'alerts' then 'instant' else 'daily' end, ${now}
      from reader r, newsletter n where n.slug = any(${newsletters})`.execute(db)
  await sql`analyze subscriber`.execute(db)
  await sql`analyze subscription`.execute(db)
}

/** Some of them are on the do-not-mail list: they must be left out whatever happens. */
export async function suppressSome(
  db: Db,
  { every, now }: { every: number; now: Date },
): Promise<void> {
  await sql`
    insert into suppression (address_hash, reason, at)
    select address_hash, 'bounced', ${now} from subscriber where id % ${every} = 0`.execute(db)
}

/** Whether a database was used by somebody: it has readers or editions. One without tables is new. */
export async function isInUse(
  query: (text: string) => Promise<{ rows: unknown[] }>,
): Promise<boolean> {
  const { rows: tables } = await query(
    `select 1 from pg_class where oid in (to_regclass('subscriber'), to_regclass('edition'))`,
  )
  if (tables.length === 0) return false
  const { rows } = await query(
    `select 1 where exists (select from subscriber) or exists (select from edition)`,
  )
  return rows.length > 0
}
