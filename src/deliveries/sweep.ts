import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import type { Lane } from '#queue/jobs.ts'
import { finishEdition } from './finish.ts'
import { recordOutcomes } from './outcome-store.ts'
import { listUnplanned } from './plan-store.ts'
import { recoverSenders } from './recover.ts'
import type { RestoreMark } from './restore-mark.ts'
import { excludeStopped } from './send-edition.ts'
import { noteSeen, type Sender } from './sender.ts'
import { applyUncertainPolicy } from './uncertain.ts'

/**
 * Jobs are hints and may be lost, rows are not: finds what is due and has no job, settles what lost processes left,
 * and closes what is done. Asking again is harmless.
 */
export async function sweepDeliveries(
  context: Pick<Context, 'db' | 'clock' | 'log' | 'enqueue' | 'relay'>,
  sender: Pick<Sender, 'id' | 'hostId' | 'bootId' | 'journal' | 'unwritten'> & {
    mark?: RestoreMark
  },
): Promise<void> {
  await noteSeen(context.db, { id: sender.id, now: context.clock.now() })
  const held = await sender.mark?.look()
  await writeLate(context, sender)
  await recoverSenders(context, sender)
  if (held === undefined) await leaveJobs(context, sender)
  await holdForTheOtherRelay(context)
  for (const { id, state } of await listOpenEditions(context.db)) {
    if (state === 'sending') await finishEdition(context, id)
    else await excludeStopped(context.db, { editionId: id, now: context.clock.now() })
  }
}

async function leaveJobs(
  context: Pick<Context, 'db' | 'clock' | 'log' | 'enqueue' | 'relay'>,
  { id }: Pick<Sender, 'id'>,
): Promise<void> {
  await applyUncertainPolicy(context)
  for (const editionId of await listUnplanned(context.db))
    await context.enqueue('plan-edition', { editionId })
  for (const lane of await listDueLanes(context.db, {
    now: context.clock.now(),
    test: context.relay.test,
  })) {
    await context.enqueue('drain-lane', { lane, sender: id })
  }
}

/** A row that is not this claim any more is left alone, so writing again what was half heard is harmless. */
async function writeLate(
  { db }: Pick<Context, 'db'>,
  { id, unwritten }: Pick<Sender, 'id' | 'unwritten'>,
): Promise<void> {
  const rows = unwritten.slice()
  if (rows.length === 0) return
  await recordOutcomes(db, { senderId: id, rows })
  unwritten.splice(0, rows.length)
}

async function listDueLanes(db: Db, { now, test }: { now: Date; test: boolean }): Promise<Lane[]> {
  const { rows } = await sql<{ lane: Lane }>`
    select distinct case when e.kind in ('alert', 'correction') then 'alert' else 'digest' end as lane
      from edition e
     where e.state = 'sending' and e.test = ${test}
       and (exists (select from delivery_drain d where d.edition_id = e.id and d.release_at <= ${now})
            or exists (select from delivery d
                        where d.edition_id = e.id and d.state = 'planned' and d.retry_at <= ${now}))
     union
    select 'confirmation'
     where exists (select from service_mail
                    where state = 'planned' and release_at <= ${now} and coalesce(retry_at, ${now}) <= ${now} and test = ${test})`.execute(
    db,
  )
  return rows.map((row) => row.lane)
}

/** Planned for the built-in inbox and now there is a relay, or the reverse: nobody is mailed by a change of settings. */
async function holdForTheOtherRelay({
  db,
  relay,
  log,
}: Pick<Context, 'db' | 'relay' | 'log'>): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    update edition
       set state = 'held'
         , state_reason = case when test then 'it was released into the built-in inbox, and now there is a relay: stop it, and compose a new one'
                               else 'it was released to a relay, and SMTP_URL is not set any more: set it again' end
     where state = 'sending' and test <> ${relay.test}
    returning id`.execute(db)
  for (const { id } of rows)
    log.error({ edition: id }, 'edition held: it was released to another relay')
}

/**
 * Editions being sent, and stopped ones with rows that were given back after the stop or that it did not come to. By the
 * counters: looking at 200 k rows of a stopped edition took 144 ms, every second.
 */
async function listOpenEditions(db: Db): Promise<{ id: number; state: 'sending' | 'stopped' }[]> {
  const { rows } = await sql<{ id: number; state: 'sending' | 'stopped' }>`
    select e.id, e.state from edition e
     where e.state = 'sending'
        or (e.state = 'stopped'
            and (exists (select from delivery_drain d where d.edition_id = e.id)
                 or (select sum(t.count) from tally t where t.edition_id = e.id and t.what = 'retry') > 0))
     order by e.id limit 200`.execute(db)
  return rows
}
