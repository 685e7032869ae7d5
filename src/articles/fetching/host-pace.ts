import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/**
 * The next turn at a host, shared by all processes: at once, or `gapMs` after the turn before. A turn that would be more
 * than `patienceMs` away is not taken, and the answer is when to ask again.
 */
export async function takeTurn(
  db: Db,
  { host, now, gapMs, patienceMs }: { host: string; now: Date; gapMs: number; patienceMs: number },
): Promise<{ at: Date; taken: boolean }> {
  const latest = new Date(now.getTime() + patienceMs)
  const { rows } = await sql<{ at: Date }>`
    insert into fetch_host as h (host, next_at)
    values (${host}, ${now}::timestamptz + make_interval(secs => ${gapMs / 1000}))
    on conflict (host) do update
       set next_at = greatest(h.next_at, ${now}) + make_interval(secs => ${gapMs / 1000})
     where h.next_at <= ${latest}
    returning next_at - make_interval(secs => ${gapMs / 1000}) as at`.execute(db)
  const [turn] = rows
  if (turn !== undefined) return { at: turn.at, taken: true }
  const { rows: busy } = await sql<{ at: Date }>`
    select next_at as at from fetch_host where host = ${host}`.execute(db)
  return { at: busy[0]?.at ?? now, taken: false }
}

/** Hosts that nobody asked for a while are forgotten. */
export async function pruneHosts(db: Db, before: Date): Promise<void> {
  await sql`delete from fetch_host where next_at < ${before}`.execute(db)
}
