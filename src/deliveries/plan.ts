import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { laneOf } from './lane.ts'
import {
  finishPlan,
  insertCohorts,
  insertDeliveries,
  insertVariants,
  lockPlan,
  openDrains,
  pickReaders,
  type Plan,
} from './plan-store.ts'

/** Readers a slice; each slice is a transaction of its own, so that sending starts after the first. */
const SLICE = 20_000

/** Plans the whole edition, slice by slice, from where it stands. Asking again is harmless. */
export async function planEdition(
  context: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  { editionId, signal, slice = SLICE }: { editionId: number; signal?: AbortSignal; slice?: number },
): Promise<void> {
  for (;;) {
    const done = await inTransaction(context.db, async (db) =>
      planSlice({ db, clock: context.clock }, { editionId, slice }),
    )
    if (done === undefined) return
    await context.enqueue('drain-lane', { lane: laneOf(done.kind) })
    if (done.final || signal?.aborted === true) return
  }
}

/**
 * The next slice of readers becomes rows of the ledger: whom, when, which blocks; and those left out, with the reason.
 * @returns undefined when the edition has nothing left to plan
 */
export async function planSlice(
  { db, clock }: Pick<Context, 'clock'> & { db: Db },
  { editionId, slice = SLICE }: { editionId: number; slice?: number },
): Promise<{ kind: Plan['kind']; final: boolean } | undefined> {
  const plan = await lockPlan(db, editionId)
  if (plan === undefined) return undefined
  const now = clock.now()
  await sql`select ensure_delivery_partition(${editionId})`.execute(db)
  const { readers, last } = await pickReaders(db, { plan, now, limit: slice })
  await insertCohorts(db, plan)
  await insertVariants(db, plan)
  await insertDeliveries(db, { plan, now })
  await openDrains(db, plan)
  const final = readers < slice
  await finishPlan(db, { plan, cursor: last, final, now })
  // The first claim would otherwise be planned with the statistics of an empty table.
  if (plan.cursor === 0 && readers > 1000) await sql`analyze delivery`.execute(db)
  return { kind: plan.kind, final }
}
