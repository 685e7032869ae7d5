import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import {
  listCarriers,
  lockCorrection,
  saveDismissal,
} from '#editions/corrections/correction-store.ts'
import { lockEditions } from '#editions/corrections/hold-store.ts'
import { refuseProposed } from '#editions/corrections/version-store.ts'
import { Refusal } from '#errors.ts'
import type { ReleaseNeeds } from '../preflight/release-check.ts'
import { letGo, sendOn } from './let-go.ts'

export type Dismissed = {
  /** Editions that go on as they were. */
  resumed: number[]
  /** Editions that stay stopped, and why. */
  stay: { editionId: number; reason: string }[]
}

/**
 * It was no mistake after all: what was stopped for it goes on as it was.
 * @throws Refusal when it is settled, or without a reason
 */
export async function dismissCorrection(
  context: ReleaseNeeds & Pick<Context, 'enqueue'>,
  { correctionId, operatorId, note }: { correctionId: number; operatorId: number; note: string },
): Promise<Dismissed> {
  const reason = note.trim()
  if (reason === '') throw new Refusal('say why nothing is to be corrected', { field: 'reason' })
  const done: Dismissed = await inTransaction(context.db, async (db) => {
    const correction = await lockCorrection(db, correctionId)
    if (correction?.state !== 'open' && correction?.state !== 'decided')
      throw new Refusal(
        correction === undefined
          ? `there is no correction ${correctionId}: "daybreak corrections" lists them`
          : `correction ${correctionId} is ${correction.state}: only one that waits can be dismissed`,
        { status: correction === undefined ? 404 : 409, field: 'correction' },
      )
    const ids = (await listCarriers(db, correctionId)).map(({ editionId }) => editionId)
    await lockEditions(db, ids)
    await refuseProposed(db, correctionId)
    const now = context.clock.now()
    await saveDismissal(db, { id: correctionId, operatorId, note: reason, now })
    const dismissed: Dismissed = { resumed: [], stay: [] }
    for (const carrier of await listCarriers(db, correctionId)) {
      const { editionId } = carrier
      const { resumed, stays } = await letGo({ ...context, db }, { correctionId, carrier })
      if (resumed) dismissed.resumed.push(editionId)
      if (stays !== null) dismissed.stay.push({ editionId, reason: stays })
    }
    return dismissed
  })
  await sendOn(context, done.resumed)
  return done
}
