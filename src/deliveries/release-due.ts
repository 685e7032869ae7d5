import type { Context } from '#context.ts'
import { getEdition, moveEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { expireLate, listDue, returnStale } from './release-due-store.ts'
import { callDesk } from './approval/call-desk.ts'
import { listOnCall } from './approval/on-call-store.ts'
import { describeHold } from './restore-mark.ts'
import { planDeskNotice } from './service/desk-notice.ts'
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
  await returnOld(context)
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
      if (state === 'approved') await holdBack(context, { editionId, reason })
      log.warn({ edition: editionId, reason }, 'an edition was not released')
    }
  }
}

/**
 * Longer than a restart takes, or than it takes to know of mails that are being handed over; who pressed the button before
 * that thinks that it is out, or has seen that it is not.
 */
const STALE_MS = 15 * 60_000

async function returnOld(context: Releasing & Pick<Context, 'log'>): Promise<void> {
  const { db, clock, log } = context
  const before = new Date(clock.now().getTime() - STALE_MS)
  const reason =
    'its countdown ended long ago, when nothing could leave: look whether it is still true'
  for (const { id: editionId, contentHash, subject } of await returnStale(db, { before, reason })) {
    log.warn({ edition: editionId, reason }, 'an edition waits for a yes again')
    await planDeskNotice(context, {
      key: `stale ${contentHash.slice(0, 12)} ${editionId}`,
      subject: 'An alert did not leave in time: it waits for a yes again',
      lines: [`“${subject}”`, reason, `To look at it: daybreak edition ${editionId}`],
    })
  }
}

/** Readers miss their edition as long as nobody acts: who is on call hears of it, or the desk. */
async function holdBack(
  context: Releasing,
  { editionId, reason }: { editionId: number; reason: string },
): Promise<void> {
  const { db } = context
  const moved = { id: editionId, from: ['approved' as const], to: 'held' as const, reason }
  if (!(await moveEdition(db, moved))) return
  const edition = await getEdition(db, editionId)
  const people = (await listOnCall(db)).flatMap(({ address, ...person }) =>
    address === null ? [] : [{ ...person, address }],
  )
  const subject = 'An edition is held: it could not leave'
  const what = `held at its hour ${edition.contentHash.slice(0, 12)}`
  const lines = [reason, `Then it goes on with: daybreak edition ${editionId} resume`]
  await callDesk(context, edition, { call: { what, asks: subject, lines }, people })
  if (people.length > 0) return
  const key = `${what} ${editionId}`
  await planDeskNotice(context, { key, subject, lines: [`“${edition.subject}”`, ...lines] })
}
