import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { noteVerdict, type Saying, sayYes } from '#editions/approval/approve.ts'
import { nameOf } from '#editions/approval/verdict-store.ts'
import { listHolding } from '#editions/corrections/hold-store.ts'
import { type Edition, getEdition, moveEdition, releaseEdition } from '#editions/store.ts'
import { refuseWithheldStories } from '#editions/withheld.ts'
import { readPin } from '#mail/dkim/dkim.ts'
import { profiles } from '#mail/profiles.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { findWarmUp } from './account-store.ts'
import { refuseWhileWrongCopiesLeave } from './corrections/reach-store.ts'
import { type PlanEstimate, planEstimate } from './estimate-store.ts'
import { lateInWords } from './estimate.ts'
import { laneOf } from './lane.ts'
import { planSlice } from './plan.ts'
import { type ReleaseNeeds, refuseUnfit, type Stops } from './preflight/release-check.ts'
import { refuseHeld } from './restore-mark.ts'
import { findSenderAtWork } from './sender.ts'
import { dropDrains, excludeNext } from './stop-store.ts'
import { addTally, NO_SENDER } from './tally-store.ts'
import { noteResumed } from './trouble/trouble-store.ts'
import type { WarmUp } from './warm-up-store.ts'

/**
 * Says yes to exactly the content with this hash.
 * @throws Refusal when it changed since it was looked at, or where one person is not enough
 */
export async function approveEdition(
  context: Pick<Context, 'db' | 'clock'>,
  {
    editionId,
    contentHash,
    operatorId,
    via = 'cli',
  }: { editionId: number; contentHash: string; operatorId: number; via?: Saying['via'] },
): Promise<void> {
  const name = await nameOf(context.db, operatorId)
  const operator = { id: operatorId, name }
  const { waitsFor } = await sayYes(context, { editionId, contentHash, operator, via })
  if (waitsFor !== null)
    throw new Refusal(`your yes to edition ${editionId} counts; it still waits for ${waitsFor}`, {
      status: 409,
    })
}

export type Releasing = Pick<Context, 'db' | 'clock' | 'enqueue' | 'relay' | 'config' | 'secrets'>

export type Release = {
  editionId: number
  rule: Edition['releaseRule']
  /** Over which time its mails leave evenly; without it, the newsletter's. */
  spreadMs?: number | undefined
  /** How long everybody but the staff waits, so that somebody can stop it. */
  holdBackMs?: number | undefined
  /** What `findStops` has just seen: it is not composed a second time to be looked at. */
  looked?: Stops | undefined
  /** Where the keys that sign are, if not where the configuration says. Unknown, the first sender that claims pins them. */
  dkimDir?: string | undefined
}

/** What a release promises: when the edition would be done, and whom a new sending domain may not reach yet. */
export type Promised = { estimate: PlanEstimate; warmUp: WarmUp | null }

/**
 * Releases an approved edition. Its first slice of readers is planned in the same transaction, so an alert goes from
 * here to its first mail with one job; the rest is planned by a job that a slice leaves behind.
 * @throws Refusal also when everything is held, when mails of it would leave too late, or a check stops it that nobody lets
 * pass
 */
export async function sendEdition(
  context: Releasing,
  { editionId, rule, spreadMs, holdBackMs, looked, dkimDir }: Release,
): Promise<Promised> {
  const { db, clock, config, relay } = context
  const edition = await getEdition(db, editionId)
  await refuseHeld(db)
  await refuseOtherSender(context)
  await refuseWhileWrongCopiesLeave(db, editionId)
  const passing = await refuseUnfit(context, { edition, looked })
  refuseMadeUp(context, edition)
  const keys = dkimDir ?? config.dkimDir
  const dkim = keys === null ? null : await readPin(keys, edition.compiled.sender.fromAddress)
  const released = await inTransaction(db, async (transaction) => {
    const now = clock.now()
    await refuseWithheldStories(transaction, {
      editionId,
      now,
      embargoed: passing.includes('embargo') ? 'let pass' : 'refuse',
    })
    const terms = { rule, test: relay.test, spreadMs, holdBackMs, dkim }
    const done = await releaseEdition(transaction, { id: editionId, ...terms, now })
    if (done === undefined) {
      throw new Refusal(
        `edition ${editionId} is ${edition.state}: approve it first, and send it once`,
        { status: 409 },
      )
    }
    const relays = config.smtpUrl === null ? [] : parseRelays(config.smtpUrl)
    const estimate = await planEstimate(transaction, editionId, { now, rule, relays, ...done })
    refuseLate(edition, estimate)
    const warmUp = relays.length === 0 || relays.some(({ profile }) => profiles[profile].warmUp)
    const planned = await planSlice({ db: transaction, clock }, { editionId, warmUp })
    return { estimate, planned, warmUp: await findWarmUp(transaction, editionId) }
  })
  await context.enqueue('drain-lane', { lane: laneOf(edition.kind) })
  if (released.planned?.final !== true) await context.enqueue('plan-edition', { editionId })
  return released
}

function refuseLate({ id }: Edition, estimate: PlanEstimate): void {
  const words = lateInWords(estimate, estimate)
  if (words !== undefined) throw new Refusal(`edition ${id} is not released. ${words}`)
}

/** Lets nothing of an edition leave until a person resumes it; what was claimed is given back within a second. */
export async function pauseEdition(
  { db }: Pick<Context, 'db'>,
  { editionId, by }: { editionId: number; by: string },
): Promise<void> {
  const reason = `paused by ${by}`
  if (await moveEdition(db, { id: editionId, from: ['sending'], to: 'held', reason })) return
  const { state } = await getEdition(db, editionId)
  throw new Refusal(`edition ${editionId} is ${state}: only one that is being sent can be paused`, {
    status: 409,
  })
}

/**
 * Lets an edition that was held or paused go on, after a person has looked at the reason.
 * @throws Refusal also when a correction of it is not settled, or a check stops it that nobody lets pass
 */
export async function resumeEdition(
  context: ReleaseNeeds & Pick<Context, 'enqueue'>,
  editionId: number,
): Promise<void> {
  const { db, clock, enqueue } = context
  const edition = await getEdition(db, editionId)
  // Held before it was released: it waits for its hour, or for a yes, as before.
  const waiting = edition.contentHash === edition.approvedHash ? 'approved' : 'in review'
  const to = edition.releaseAt === null ? waiting : 'sending'
  if (edition.state === 'held') await refuseCorrected(db, editionId)
  if (edition.state === 'held' && to === 'sending') await refuseUnfit(context, { edition })
  const resumed = await inTransaction(db, async (transaction) => {
    await noteResumed(transaction, { editionId, now: clock.now() })
    return moveEdition(transaction, { id: editionId, from: ['held'], to })
  })
  if (!resumed) {
    throw new Refusal(`edition ${editionId} is ${edition.state}, not held`, { status: 409 })
  }
  if (to !== 'sending') return
  await enqueue('drain-lane', { lane: laneOf(edition.kind) })
  if (edition.plannedAt === null) await enqueue('plan-edition', { editionId })
}

/** Until somebody has decided it would go on with what is wrong. */
async function refuseCorrected(db: Db, editionId: number): Promise<void> {
  const [correction] = await listHolding(db, { editionId })
  if (correction === undefined) return
  throw new Refusal(
    `edition ${editionId} is stopped for correction ${correction}: accept it or dismiss it, and the edition goes on ("daybreak corrections ${correction}" shows it)`,
    { status: 409, field: 'correction' },
  )
}

/** Stops an edition: what has not begun is left out. Mails on their way at this moment may still arrive. */
export async function stopEdition(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { editionId, reason, by }: { editionId: number; reason: string; by?: Sayer },
): Promise<number> {
  const from = ['approved', 'scheduled', 'sending', 'held', 'draft', 'in review'] as const
  const stopped = await inTransaction(db, async (transaction) => {
    const to = 'stopped' as const
    if (!(await moveEdition(transaction, { id: editionId, from: [...from], to, reason })))
      return false
    if (by !== undefined) await noteStop({ db: transaction, clock }, { editionId, reason, by })
    return true
  })
  if (!stopped) {
    const { state } = await getEdition(db, editionId)
    throw new Refusal(`edition ${editionId} is ${state} and cannot be stopped any more`, {
      status: 409,
    })
  }
  return excludeStopped(db, { editionId, now: clock.now() })
}

/** Who says it, and where. */
type Sayer = Pick<Saying, 'operator' | 'via'>

async function noteStop(
  context: Pick<Context, 'db' | 'clock'>,
  { editionId, reason, by }: { editionId: number; reason: string; by: Sayer },
): Promise<void> {
  const { contentHash } = await getEdition(context.db, editionId)
  await noteVerdict(context, { editionId, contentHash, ...by, verdict: 'stop', note: reason })
}

/** Rows a transaction: outcomes of mails on their way must not wait for a million rows. */
const STOP_SLICE = 20_000

/** Leaves out what of a stopped edition nobody has begun. @returns how many mails do not leave */
export async function excludeStopped(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<number> {
  let total = 0
  for (let cursor: number | null = 0; cursor !== null;) {
    const after: number = cursor
    const done = await inTransaction(db, async (transaction) => {
      const slice = { editionId, cursor: after, limit: STOP_SLICE, now }
      const { count, last, deltas } = await excludeNext(transaction, slice)
      await addTally(transaction, { editionId, shard: NO_SENDER, deltas, at: now })
      return { count, last }
    })
    total += done.count
    cursor = done.last
  }
  await dropDrains(db, editionId)
  return total
}

async function refuseOtherSender({
  db,
  relay,
  clock,
}: Pick<Context, 'db' | 'relay' | 'clock'>): Promise<void> {
  const sender = await findSenderAtWork(db, clock.now())
  if (sender === undefined || sender.test === relay.test) return
  throw new Refusal(
    sender.test
      ? 'the running sender mails into the built-in inbox, and here SMTP_URL is set: give both the same environment'
      : 'the running sender mails through a relay, and here SMTP_URL is not set: give both the same environment',
    { field: 'SMTP_URL', status: 409 },
  )
}

/** Nobody lets this pass: replies and returned mail would go to somebody else. */
function refuseMadeUp({ relay }: Pick<Context, 'relay'>, { id, compiled }: Edition): void {
  if (relay.test || !compiled.sender.fromAddress.endsWith('@example.org')) return
  throw new Refusal(
    `edition ${id} was composed before the sender's address was set: compose it again`,
  )
}
