import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export async function listHeldEditions(db: Db): Promise<{ id: number; reason: string }[]> {
  const { rows } = await sql<{ id: number; reason: string }>`
    select id, coalesce(state_reason, 'nobody said why') as reason
      from edition where state = 'held' order by id limit 50`.execute(db)
  return rows
}

/** Mails that could leave now: of editions that are being sent, and of the service. By the counters. */
export async function countWaiting(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select ((select coalesce(sum(case t.what when 'planned' then t.count else -t.count end), 0)
              from edition e join tally t on t.edition_id = e.id
             where e.state = 'sending' and e.release_at <= ${now} and t.what <> 'retry')
         + (select count(*) from service_mail
             where state = 'planned' and release_at <= ${now} and coalesce(retry_at, ${now}) <= ${now}))::int8 as count`.execute(
    db,
  )
  return Math.max(0, rows[0]?.count ?? 0)
}
