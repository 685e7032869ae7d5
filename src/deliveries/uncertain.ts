import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { moveEdition } from '#editions/store.ts'
import { LAPSED } from './lost-store.ts'
import { addTally, NO_SENDER } from './tally-store.ts'
import { claimUncertain, planUncertainAgain } from './uncertain-store.ts'

/**
 * What the newsletter's rule says of mails that may have arrived: leave them to a person, or send them again, once and
 * byte-identical, while they are worth it.
 */
export async function applyUncertainPolicy({
  db,
  clock,
  log,
}: Pick<Context, 'db' | 'clock' | 'log'>): Promise<void> {
  const now = clock.now()
  const planned = await inTransaction(db, async (transaction) => {
    const counts: { edition: number; planned: number }[] = []
    for (const editionId of await claimUncertain(transaction, now))
      counts.push({ edition: editionId, planned: await planAgain(transaction, { editionId, now }) })
    return counts
  })
  for (const count of planned)
    if (count.planned > 0) log.warn(count, 'mails that may have arrived are sent again')
}

async function planAgain(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<number> {
  const count = await planUncertainAgain(db, { editionId, lapsed: LAPSED, now })
  if (count === 0) return 0
  await moveEdition(db, { id: editionId, from: ['sent'], to: 'sending' })
  const deltas = { uncertain: -count, retry: count }
  await addTally(db, { editionId, shard: NO_SENDER, deltas, at: now })
  return count
}
