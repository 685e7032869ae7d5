import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { deleteRaw, KEPT_HOURS } from './click-store.ts'
import { judgeClicks, lockCounting } from './count-store.ts'
import { SETTLE_MS } from './scanner-rules.ts'

const BATCH = 2000

/** Adds up what has come in, and forgets what is old. Asking again is harmless. */
export async function sweepClicks(
  context: Pick<Context, 'db' | 'clock'>,
): Promise<{ judged: number; forgotten: number }> {
  const judged = await countClicks(context)
  const before = new Date(context.clock.now().getTime() - KEPT_HOURS * 3_600_000)
  return { judged, forgotten: await deleteRaw(context.db, before) }
}

/** Judges each click once, when those around it are known, and adds it to the figures. @returns how many */
export async function countClicks({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<number> {
  const until = new Date(clock.now().getTime() - SETTLE_MS)
  let all = 0
  let judged = 0
  do {
    judged = await inTransaction(db, async (transaction) =>
      (await lockCounting(transaction)) ? judgeClicks(transaction, { until, limit: BATCH }) : 0,
    )
    all += judged
  } while (judged === BATCH)
  return all
}
