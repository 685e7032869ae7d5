import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { refuseOverLimit } from '#editions/alerts/alert-limits.ts'
import { noteVerdict, type Saying } from '#editions/approval/approve.ts'
import { getRulesById } from '#editions/draft/rules-store.ts'
import { getEdition, moveEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { setLeaving, takeBack } from './countdown-store.ts'

/**
 * An approved alert leaves when the newsletter's countdown has run out, so that a wrong press can be taken back.
 * @throws Refusal over the day's budget or within the story's cooldown, unless a reason says that it is to leave anyway
 */
export async function startCountdown(
  context: Pick<Context, 'db' | 'clock'>,
  { editionId, overLimit = null }: { editionId: number; overLimit?: string | null },
): Promise<Date> {
  const { db, clock } = context
  const edition = await getEdition(db, editionId)
  if (edition.kind !== 'alert' && edition.kind !== 'correction')
    throw new Refusal(`edition ${editionId} is no alert: it leaves at its hour, or by hand`)
  if (overLimit === null) await refuseOverLimit(context, edition)
  const { countdownMs } = await getRulesById(db, edition.newsletterId)
  const leavesAt = new Date(clock.now().getTime() + countdownMs)
  const leaves = await setLeaving(db, { editionId, leavesAt })
  if (leaves !== undefined) return leaves
  throw new Refusal(`edition ${editionId} is ${edition.state}: approve it first`, { status: 409 })
}

/** Why it waits again, kept with the edition. */
export const CANCELLED = 'its countdown was cancelled'

/**
 * It waits for a yes again: those of before do not count any more.
 * @throws Refusal when it has left, or was not about to
 */
export async function cancelCountdown(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { editionId, ...by }: { editionId: number } & Pick<Saying, 'operator' | 'via'>,
): Promise<void> {
  const { contentHash, state } = await getEdition(db, editionId)
  const cancelled = await inTransaction(db, async (transaction) => {
    if (!(await takeBack(transaction, editionId))) return false
    const reason = CANCELLED
    await moveEdition(transaction, { id: editionId, from: ['approved'], to: 'in review', reason })
    const said = { editionId, contentHash, ...by, verdict: 'cancel' } as const
    await noteVerdict({ db: transaction, clock }, said)
    return true
  })
  if (cancelled) return
  throw new Refusal(`edition ${editionId} is ${state}: there is no countdown to cancel`, {
    status: 409,
  })
}
