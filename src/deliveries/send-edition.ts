import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { listMissingSettings } from '#editions/publication.ts'
import {
  approveContent,
  type Edition,
  getEdition,
  lockState,
  moveEdition,
  releaseEdition,
} from '#editions/store.ts'
import { laneOf } from './lane.ts'
import { planSlice } from './plan.ts'
import { findSenderAtWork } from './sender.ts'

/** Says yes to exactly the content with this hash. @throws Refusal when it changed since it was looked at */
export async function approveEdition(
  { db }: Pick<Context, 'db'>,
  {
    editionId,
    contentHash,
    operatorId,
  }: { editionId: number; contentHash: string; operatorId: number },
): Promise<void> {
  if (await approveContent(db, { id: editionId, contentHash, operatorId })) return
  const edition = await getEdition(db, editionId)
  const why =
    edition.contentHash === contentHash
      ? `it is ${edition.state}, only a draft can be approved`
      : 'it changed since you looked at it: look at it again'
  throw new Refusal(`edition ${editionId} cannot be approved: ${why}`, { status: 409 })
}

export type Release = { editionId: number; rule: Edition['releaseRule'] }

/**
 * Releases an approved edition. Its first slice of readers is planned in the same transaction, so an alert goes from
 * here to its first mail with one job; the rest is planned by a job that a slice leaves behind.
 */
export async function sendEdition(
  context: Pick<Context, 'db' | 'clock' | 'enqueue' | 'relay'>,
  { editionId, rule }: Release,
): Promise<void> {
  const edition = await getEdition(context.db, editionId)
  await refuseUnready(context, edition)
  const planned = await inTransaction(context.db, async (db) => {
    const now = context.clock.now()
    if (!(await releaseEdition(db, { id: editionId, rule, test: context.relay.test, now }))) {
      throw new Refusal(
        `edition ${editionId} is ${edition.state}: approve it first, and send it once`,
        { status: 409 },
      )
    }
    return planSlice({ db, clock: context.clock }, { editionId })
  })
  await context.enqueue('drain-lane', { lane: laneOf(edition.kind) })
  if (planned?.final !== true) await context.enqueue('plan-edition', { editionId })
}

/** Stops an edition: what has not begun is left out. Mails on their way at this moment may still arrive. */
export async function stopEdition(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { editionId, reason }: { editionId: number; reason: string },
): Promise<number> {
  const from = ['approved', 'scheduled', 'sending', 'held', 'draft', 'in review'] as const
  if (!(await moveEdition(db, { id: editionId, from: [...from], to: 'stopped', reason }))) {
    const { state } = await getEdition(db, editionId)
    throw new Refusal(`edition ${editionId} is ${state} and cannot be stopped any more`, {
      status: 409,
    })
  }
  return excludeStopped(db, { editionId, now: clock.now() })
}

/** Lets an edition that was held go on, after a person has looked at the reason. */
export async function resumeEdition(
  { db, enqueue }: Pick<Context, 'db' | 'enqueue'>,
  editionId: number,
): Promise<void> {
  const edition = await getEdition(db, editionId)
  if (!(await moveEdition(db, { id: editionId, from: ['held'], to: 'sending' }))) {
    throw new Refusal(`edition ${editionId} is ${edition.state}, not held`, { status: 409 })
  }
  await enqueue('drain-lane', { lane: laneOf(edition.kind) })
}

export async function excludeStopped(
  db: Context['db'],
  { editionId, now }: { editionId: number; now: Date },
): Promise<number> {
  const { numAffectedRows } = await sql`
    update delivery
       set state = (case when doubtful then 'uncertain' else 'excluded' end)::delivery_state
         , reason = case when not doubtful then 'stopped' end, retry_at = null, outcome_at = ${now}
     where edition_id = ${editionId} and state = 'planned'`.execute(db)
  // Last: until the walks are gone, the sweep knows that a stop is unfinished.
  await sql`delete from delivery_drain where edition_id = ${editionId}`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/**
 * Puts uncertain rows of an edition back, byte-identical, because a person chose "send again". Those whose time has
 * passed stay uncertain: to leave them out as expired would deny that they may have arrived.
 */
export async function sendUncertainAgain(
  { db, clock, enqueue }: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  editionId: number,
): Promise<number> {
  const edition = await getEdition(db, editionId)
  const now = clock.now()
  const count = await inTransaction(db, async (transaction) => {
    const state = await lockState(transaction, editionId)
    if (state !== 'sending' && state !== 'sent' && state !== 'held') {
      throw new Refusal(`edition ${editionId} is ${state}: nothing of it is sent any more`, {
        status: 409,
      })
    }
    const { numAffectedRows } = await sql`
      update delivery set state = 'planned', retry_at = ${now}, outcome_at = null, doubtful = true
       where edition_id = ${editionId} and state = 'uncertain' and not_after > ${now}`.execute(
      transaction,
    )
    if (numAffectedRows !== undefined && numAffectedRows > 0n) {
      await moveEdition(transaction, { id: editionId, from: ['sent'], to: 'sending' })
    }
    return Number(numAffectedRows ?? 0)
  })
  if (count > 0) await enqueue('drain-lane', { lane: laneOf(edition.kind) })
  return count
}

async function refuseUnready(
  { db, relay, clock }: Pick<Context, 'db' | 'relay' | 'clock'>,
  edition: Edition,
): Promise<void> {
  const sender = await findSenderAtWork(db, clock.now())
  if (sender !== undefined && sender.test !== relay.test) {
    throw new Refusal(
      sender.test
        ? 'the running sender mails into the built-in inbox, and here SMTP_URL is set: give both the same environment'
        : 'the running sender mails through a relay, and here SMTP_URL is not set: give both the same environment',
      { field: 'SMTP_URL', status: 409 },
    )
  }
  if (relay.test) return
  const missing = await listMissingSettings({ db })
  if (missing.length > 0) {
    throw new Refusal(
      `before mail goes to real readers, say who you are: set ${missing.join(', ')} with "daybreak settings set NAME VALUE"`,
    )
  }
  if (edition.compiled.sender.fromAddress.endsWith('@example.org')) {
    throw new Refusal(
      `edition ${edition.id} was composed before the sender's address was set: compose it again`,
    )
  }
}
