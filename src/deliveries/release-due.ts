import type { Context } from '#context.ts'
import { getEdition, moveEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { expireLate, listDue } from './release-due-store.ts'
import { describeHold } from './restore-mark.ts'
import { type Releasing, sendEdition } from './send-edition.ts'

/**
 * What was approved and whose time has come leaves: editions at their hour, with the newsletter's hold-back and spread,
 * and alerts when their countdown has run out. What cannot leave is held and says why; what is too late expires.
 */
export async function releaseDue(
  context: Releasing & Pick<Context, 'log'>,
  { dkimDir }: { dkimDir?: string } = {},
): Promise<void> {
  const { db, clock, log } = context
  if ((await describeHold(db)) !== undefined) return
  await expireLate(db, clock.now())
  for (const due of await listDue(db, clock.now())) {
    const { id: editionId, kind, whoseHour, holdBackMs } = due
    const rule = kind !== 'alert' && whoseHour === 'reader' ? 'local hour' : 'now'
    try {
      await sendEdition(context, { editionId, rule, holdBackMs, dkimDir })
      log.info({ edition: editionId, rule }, 'released at its time')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { state } = await getEdition(db, editionId)
      const reason = error.message
      // Somebody was faster, or it is held with the reason: asked every second, it would say so every second.
      if (state === 'approved')
        await moveEdition(db, { id: editionId, from: ['approved'], to: 'held', reason })
      log.warn({ edition: editionId, reason }, 'an edition was not released')
    }
  }
}
