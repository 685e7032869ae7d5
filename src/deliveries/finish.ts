import { sql } from 'kysely'
import type { Context } from '#context.ts'

/**
 * An edition is sent only when planned = accepted + rejected + excluded + uncertain adds up by a count. A gap holds it
 * for a person; it is never rounded away.
 */
export async function finishEdition(
  { db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>,
  editionId: number,
): Promise<void> {
  const { rows } = await sql<{ state: string; audience: number; total: number }>`
    with ready as (
      select e.id, e.audience from edition e
       where e.id = ${editionId} and e.state = 'sending' and e.planned_at is not null
         and not exists (select from delivery_drain d where d.edition_id = e.id)
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
         , sent_at = case when t.total = t.audience and t.total > 0 then ${clock.now()}::timestamptz end
      from total t
     where e.id = t.id and e.state = 'sending'
    returning e.state, t.audience, t.total`.execute(db)
  const [done] = rows
  if (done?.state === 'held') log.error({ edition: editionId, ...done }, 'the accounts do not add up')
  else if (done !== undefined) log.info({ edition: editionId, ...done }, 'edition finished')
}
