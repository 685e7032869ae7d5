import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Plan } from './plan-store.ts'

/** Zones in which it is the newsletter's quiet hours now; a zone that this server does not know has none. */
export async function listQuietZones(
  db: Db,
  { newsletterId, now }: Pick<Plan, 'newsletterId'> & { now: Date },
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select z.name
      from pg_timezone_names z join newsletter n on n.id = ${newsletterId}
     cross join lateral (select (${now}::timestamptz at time zone z.name)::time as local) l
     where case when n.quiet_from <= n.quiet_until
                then l.local >= n.quiet_from and l.local < n.quiet_until
                else l.local >= n.quiet_from or l.local < n.quiet_until end`.execute(db)
  return rows.map(({ name }) => name)
}
