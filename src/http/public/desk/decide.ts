import type { Context } from '#context.ts'
import { startCountdown } from '#deliveries/alerts/countdown.ts'
import { useDeskLink } from '#deliveries/approval/desk-link-store.ts'
import type { DeskPage } from '#deliveries/approval/desk-page.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import { type Saying, sayYes, sendBack } from '#editions/approval/approve.ts'
import { Refusal } from '#errors.ts'
import { requireDuty } from '#operators/operator.ts'
import { type Form, operatorOf } from './answer.ts'

/** What a person decides by a link. The context is that of a transaction: a refusal leaves the link unused. */
export type Deciding = { context: Context; desk: DeskPage; form: Form }

export async function approve(deciding: Deciding): Promise<string> {
  const { context, desk } = deciding
  const { edition } = desk
  await useOnce(deciding, 'approved')
  const { waitsFor } = await sayYes(context, sayingOf(deciding))
  if (waitsFor !== null) return `Your yes counts. It still waits for ${waitsFor}.`
  if (edition.kind === 'alert' || edition.kind === 'correction') {
    requireDuty(operatorOf(desk), 'release alert')
    const leavesAt = await startCountdown(context, { editionId: edition.id })
    const left = leavesAt.getTime() - context.clock.now().getTime()
    return `Approved. It leaves in ${Math.max(0, Math.round(left / 1000))} seconds, unless you cancel.`
  }
  if (edition.dueAt === null)
    return 'Approved. It has no hour of its own: send it from the command line.'
  return edition.dueAt <= context.clock.now()
    ? 'Approved. Its hour has come: it leaves now.'
    : 'Approved. It leaves at its hour.'
}

export async function giveBack(deciding: Deciding): Promise<string> {
  await useOnce(deciding, 'sent back')
  await sendBack(deciding.context, { ...sayingOf(deciding), note: deciding.form['note'] ?? '' })
  return 'Sent back. Its authors are told, with your note.'
}

export async function stop(deciding: Deciding): Promise<string> {
  const { context, desk, form } = deciding
  const reason = form['reason']?.trim() ?? ''
  if (reason === '') throw new Refusal('say why it is not to be sent', { field: 'reason' })
  const saying = sayingOf(deciding)
  if (saying.contentHash !== desk.edition.contentHash)
    throw new Refusal('it changed since you looked at it: look at it again', { status: 409 })
  await useOnce(deciding, 'stopped')
  await stopEdition(context, { editionId: desk.edition.id, reason, by: saying })
  return 'Stopped. Nobody gets it.'
}

function sayingOf({ desk, form }: Deciding): Saying {
  return {
    editionId: desk.edition.id,
    contentHash: form['hash'] ?? '',
    operator: operatorOf(desk),
    via: 'page',
  }
}

async function useOnce({ context, desk }: Deciding, what: string): Promise<void> {
  const used = { id: desk.link.id, what, now: context.clock.now() }
  if (await useDeskLink(context.db, used)) return
  throw new Refusal('Nothing has happened. This link was used a moment ago.', { status: 409 })
}
