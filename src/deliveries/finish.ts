import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'

/**
 * An edition is sent only when planned = accepted + rejected + excluded + uncertain adds up by a count. A gap holds it
 * for a person; it is never rounded away.
 */
export async function finishEdition(
  { db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>,
  editionId: number,
): Promise<void> {
  const done = await inTransaction(db, async (transaction) =>
    (await lockDone(transaction, editionId))
      ? settle(transaction, { editionId, now: clock.now() })
      : undefined,
  )
  if (done?.state === 'held')
    log.error({ edition: editionId, ...done }, 'the accounts do not add up')
  else if (done !== undefined) log.info({ edition: editionId, ...done }, 'edition finished')
}

/** Whether every walk is at its end. Locked, so that nobody puts a row back between the count and its verdict. */
async function lockDone(db: Db, editionId: number): Promise<boolean> {
  const { rows } = await sql`
    select 1 from edition e
     where e.id = ${editionId} and e.state = 'sending' and e.planned_at is not null
       and not exists (select from delivery_drain d where d.edition_id = e.id)
       for update`.execute(db)
  return rows.length > 0
}

async function settle(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<{ state: string; audience: number; total: number } | undefined> {
  const { rows } = await sql<{ state: string; audience: number; total: number }>`
    with ready as (
      select e.id, e.audience from edition e
       where e.id = ${editionId}
         and not exists (select from delivery d
                          where d.edition_id = e.id and d.state = 'planned' and d.retry_at is not null)
         and not exists (select from delivery d where d.edition_id = e.id and d.state in ('planned', 'claimed'))
    ), total as (
      select r.id, r.audience, (select count(*) from delivery d where d.edition_id = r.id) as total from ready r
    )
    update edition e
       set state = (case when t.total <> t.audience then 'held' when t.total = 0 then 'skipped' else 'sent' end)::edition_state
         , state_reason = case when t.total <> t.audience
                               then format('the accounts do not add up: %s planned, %s in the ledger', t.audience, t.total)
                               when t.total = 0 then 'nobody gets this newsletter yet' end
         , sent_at = case when t.total = t.audience and t.total > 0 then ${now}::timestamptz end
      from total t
     where e.id = t.id and e.state = 'sending'
    returning e.state, t.audience, t.total`.execute(db)
  return rows[0]
}
