import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { hasCode } from '#errors.ts'
import { laneOf } from './lane.ts'
import type { Range } from './plan-range.ts'
import { findRange, listBlocks, pickReaders } from './plan-readers-store.ts'
import {
  analyseLedger,
  commitLazily,
  dropSlice,
  endPlan,
  findNews,
  findPlan,
  type Group,
  groupSlice,
  insertCohorts,
  insertDeliveries,
  insertVariants,
  lockPlan,
  movePlan,
  openDrains,
  type Plan,
} from './plan-store.ts'
import { type Turn, Turns } from './plan-turns.ts'
import { addTally, type Deltas, NO_SENDER, type What } from './tally-store.ts'
import { warmUpEdition } from './warm-up-store.ts'

/** Readers a slice; each slice is a transaction of its own. The first is small: its mails leave while the rest is planned. */
const SLICE = 20_000
const FIRST_SLICE = 500

/** Slices that are prepared at once: PostgreSQL uses one core for each. */
const SIDE_BY_SIDE = 2

/** Rows from which statistics of the ledger tell something, and rows after which they are told anew: 0.2 s each. */
const WORTH_ANALYSING = 20_000

export type Slicing = {
  editionId: number
  slice?: number
  /** False where no relay wants a new sending domain to be warmed up by us. */
  warmUp?: boolean
}

export type Sliced = { kind: Plan['kind']; final: boolean; planned: number }

type Planning = Slicing & { signal?: AbortSignal }

/** Plans the whole edition, slice by slice, from where it stands. Asking again is harmless. */
export async function planEdition(
  context: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  { signal, ...slicing }: Planning,
): Promise<void> {
  const { db, clock, enqueue } = context
  const { editionId, slice = SLICE } = slicing
  const isStopped = () => signal?.aborted === true
  const first = await inTransaction(db, async (own) => planSlice({ db: own, clock }, slicing))
  if (first !== undefined) await enqueue('drain-lane', { lane: laneOf(first.kind) })
  const plan = await findPlan(db, editionId)
  if (plan === undefined || isStopped()) return
  const turns = new Turns(db, { plan, limit: slice })
  const statistics = { planned: 0, analysed: 0 }
  const lane = async () => {
    for (let ended = false; !ended && !isStopped();) {
      const turn = await turns.take()
      const done = turn && (await planTurn(context, turn))
      if (done === undefined) return
      await enqueue('drain-lane', { lane: laneOf(done.kind) })
      statistics.planned += done.planned
      await refreshStatistics(db, { editionId, statistics, final: done.final })
      ended = done.final
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))
}

async function refreshStatistics(
  db: Db,
  {
    editionId,
    statistics,
    final,
  }: { editionId: number; statistics: { planned: number; analysed: number }; final: boolean },
): Promise<void> {
  const { planned, analysed } = statistics
  const due = analysed === 0 ? planned >= WORTH_ANALYSING : final && planned > 2 * analysed
  if (!due) return
  statistics.analysed = planned
  await analyseLedger(db, editionId)
}

/** Undefined when the edition was stopped, or somebody else has planned these readers. */
async function planTurn(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  turn: Turn,
): Promise<Sliced | undefined> {
  const now = clock.now()
  try {
    const done = await inTransaction(db, async (own) => {
      await commitLazily(own, !turn.final)
      const groups = await fillSlice(own, { ...turn, now })
      if (!(await turn.before)) throw new Overtaken()
      const plan = await lockPlan(own, turn.plan.editionId)
      if (plan?.cursor !== turn.range.after) throw new Overtaken()
      return closeSlice(own, { ...turn, groups, now })
    })
    turn.end(true)
    return done
  } catch (error) {
    turn.end(false)
    // A row that is there already is another planner's.
    if (error instanceof Overtaken || hasCode(error, '23505')) return undefined
    throw error
  }
}

/** Rolls a slice back that must not be committed. */
class Overtaken extends Error {}

/**
 * The first slice of readers becomes rows of the ledger: whom, when, which blocks; and those left out, with the reason.
 * @returns undefined when somebody planned it already
 */
export async function planSlice(
  { db, clock }: Pick<Context, 'clock'> & { db: Db },
  { editionId, slice = SLICE, warmUp = true }: Slicing,
): Promise<Sliced | undefined> {
  const found = await lockPlan(db, editionId)
  if (found?.cursor !== 0) return undefined
  const now = clock.now()
  await sql`select ensure_delivery_partition(${editionId})`.execute(db)
  const plan = await withWarmUp(db, { plan: found, now, warmUp })
  const limit = Math.min(FIRST_SLICE, slice)
  const { count, ...range } = await findRange(db, { plan, limit })
  const groups = await fillSlice(db, { plan, range, before: Promise.resolve(true), now })
  return closeSlice(db, { plan, range, final: count < limit, groups, now })
}

/** Decided once; mails into the built-in inbox warm up nothing. */
async function withWarmUp(
  db: Db,
  { plan, now, warmUp }: { plan: Plan; now: Date; warmUp: boolean },
): Promise<Plan> {
  if (!warmUp || plan.test) return plan
  return { ...plan, warmUp: (await warmUpEdition(db, { ...plan, now })) ?? null }
}

/** Rows of the slice. What it shares with others, hours and variants, is added in the order of slices. */
async function fillSlice(
  db: Db,
  { plan, range, before, now }: { plan: Plan; range: Range; before: Promise<boolean>; now: Date },
): Promise<Group[]> {
  const every = await listBlocks(db, plan)
  await pickReaders(db, { plan, range, every, now })
  const groups = await groupSlice(db)
  const zones = [...new Set(groups.map((group) => group.zone))]
  const news = await findNews(db, { plan, zones, every })
  if (news.zones.length > 0 || news.variants) await before
  if (news.zones.length > 0) await insertCohorts(db, { plan, zones: news.zones })
  const known = news.variants ? null : news.variant
  const variant = known ?? (await insertVariants(db, { plan, every }))
  await insertDeliveries(db, { plan, variant, now })
  await dropSlice(db)
  return groups
}

async function closeSlice(
  db: Db,
  {
    plan,
    range,
    final,
    groups,
    now,
  }: { plan: Plan; range: Range; final: boolean; groups: Group[]; now: Date },
): Promise<Sliced> {
  const { editionId, kind } = plan
  const deltas = deltasOf(groups)
  const { planned = 0 } = deltas
  if (final) await endPlan(db, { plan, cursor: range.last, planned, now })
  else await movePlan(db, { plan, cursor: range.last })
  // Walks are locked from here to the commit, and claims skip them meanwhile: late.
  await openDrains(db, { plan, groups })
  await addTally(db, { editionId, shard: NO_SENDER, deltas, at: now })
  return { kind, final, planned }
}

function deltasOf(groups: Group[]): Deltas {
  const deltas: Deltas = {}
  const add = (what: What, count: number) => (deltas[what] = (deltas[what] ?? 0) + count)
  for (const { reason, count } of groups) {
    add('planned', count)
    if (reason !== null) add(`excluded/${reason}`, count)
  }
  return deltas
}
