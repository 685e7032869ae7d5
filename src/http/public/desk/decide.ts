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

export async function approve(deciding: Deciding): Promise<void> {
  const { context, desk } = deciding
  const { edition } = desk
  await useOnce(deciding, 'approved')
  const { approved } = await sayYes(context, sayingOf(deciding))
  if (!approved || (edition.kind !== 'alert' && edition.kind !== 'correction')) return
  requireDuty(operatorOf(desk), 'release alert')
  await startCountdown(context, { editionId: edition.id })
}

export async function giveBack(deciding: Deciding): Promise<void> {
  await useOnce(deciding, 'sent back')
  await sendBack(deciding.context, { ...sayingOf(deciding), note: deciding.form['note'] ?? '' })
}

export async function stop(deciding: Deciding): Promise<void> {
  const { context, desk, form } = deciding
  const reason = form['reason']?.trim() ?? ''
  if (reason === '') throw new Refusal('say why it is not to be sent', { field: 'reason' })
  const saying = sayingOf(deciding)
  if (saying.contentHash !== desk.edition.contentHash)
    throw new Refusal('it changed since you looked at it: look at it again', { status: 409 })
  await useOnce(deciding, 'stopped')
  await stopEdition(context, { editionId: desk.edition.id, reason, by: saying })
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
