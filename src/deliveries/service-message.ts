import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { readSettings } from '#editions/publication.ts'
import { withSlash } from '#editions/story-block.ts'
import { composeMessage } from '#mail/message.ts'
import type { Envelope } from '#mail/outcome.ts'
import { fillSlots, type SlotValues } from '#mail/slots.ts'
import { sealLocalPart, sealToken } from '#subscribers/tokens.ts'
import type { ServiceClaim } from './claim-service.ts'

/** A confirmation or welcome, whole. Nothing in it was written by whoever filled in the form. */
export async function composeServiceMail(
  { db, secrets, config }: Pick<Context, 'db' | 'secrets' | 'config'>,
  mail: ServiceClaim,
): Promise<{ envelope: Envelope; raw: Buffer }> {
  const form = await getForm({ db }, mail.form)
  const set = await readSettings({ db })
  const slots = slotsOf({ secrets, config }, { mail, publication: set.name })
  const id = createHmac('sha256', secrets.tokenKey)
    .update(`service ${mail.subscriberId}`)
    .digest('hex')
    .slice(0, 40)
  const domain = set.fromAddress.slice(set.fromAddress.lastIndexOf('@') + 1)
  const raw = await composeMessage({
    kind: 'service',
    from: { name: set.name, address: set.fromAddress },
    to: mail.email,
    replyTo: set.replyTo,
    subject: form.subject,
    html: fillSlots(form.html, slots, { as: 'html' }),
    text: fillSlots(form.text, slots, { as: 'text' }),
    messageId: `<${id}@${domain}>`,
    date: mail.releaseAt,
    boundarySeed: id,
  })
  const { publicId, addressVersion } = mail
  const bounce = sealLocalPart(secrets, 'bounce', { publicId, reference: 0, addressVersion })
  return { envelope: { from: `b-${bounce}@${set.bounceDomain}`, to: mail.email }, raw }
}

function slotsOf(
  { secrets, config }: Pick<Context, 'secrets' | 'config'>,
  { mail, publication }: { mail: ServiceClaim; publication: string },
): SlotValues {
  const base = withSlash(config.publicUrl)
  const { publicId, subscriberId } = mail
  const link = (
    path: string,
    purpose: 'confirm' | 'notMe' | 'preferences' | 'unsubscribe',
    reference: number,
  ) =>
    new URL(
      `${path}/${sealToken(secrets, purpose, { publicId, reference, addressVersion: 0 })}`,
      base,
    ).href
  return {
    confirmUrl: link('c', 'confirm', subscriberId),
    notMeUrl: link('n', 'notMe', subscriberId),
    preferencesUrl: link('p', 'preferences', 0),
    unsubscribeUrl: link('u', 'unsubscribe', 0),
    webViewUrl: base.href,
    signUpUrl: base.href,
    whyLine: `You get this because somebody signed up to ${publication} with this address.`,
  }
}

async function getForm({ db }: Pick<Context, 'db'>, hash: string) {
  const { rows } = await sql<{ subject: string; html: string; text: string }>`
    select subject, html, text from service_form where content_hash = ${hash}`.execute(db)
  const [form] = rows
  if (form === undefined) throw new Error(`no service form ${hash}`)
  return form
}
