import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { readSettings } from '#editions/publication.ts'
import { withSlash } from '#editions/story-block.ts'
import type { Dkim } from '#mail/dkim/dkim.ts'
import { compileBody, compileHead } from '#mail/message.ts'
import { type Block, joinBlocks, type Values } from '#mail/mime/block.ts'
import { FreeBuffers } from '#mail/mime/free-buffers.ts'
import { wireAddress } from '#mail/mime/wire-address.ts'
import { writeMessage } from '#mail/mime/write-message.ts'
import { type Fillings, piecesOf } from '#mail/slots.ts'
import { sealPreferences } from '#subscribers/tokens/preferences-token.ts'
import { keysAt, type Purpose, sealLocalPart, sealToken } from '#subscribers/tokens.ts'
import type { ServiceClaim } from './claim-service.ts'
import { messageNumber, type ReaderMail } from './reader-mail.ts'
import { composeLatest } from './service/latest/latest-mail.ts'
import { composeTest } from './service/test-send/test-mail.ts'

type Needs = Pick<Context, 'db' | 'secrets' | 'config'> & {
  sender: { dkim: Pick<Dkim, 'pinFor' | 'signerFor'> }
}

/**
 * A mail outside of an edition's audience, whole. Nothing in it was written by whoever filled in a form, unless it is a
 * reply to forward.
 */
export async function composeServiceMail(context: Needs, mail: ServiceClaim): Promise<ReaderMail> {
  if (mail.form !== null) return composeForm(context, { ...mail, form: mail.form })
  return mail.kind === 'test' ? composeTest(context, mail) : composeLatest(context, mail)
}

async function composeForm(
  context: Needs,
  mail: ServiceClaim & { form: string },
): Promise<ReaderMail> {
  const { sender } = context
  const secrets = keysAt(context.secrets, mail.releaseAt)
  const set = await readSettings(context)
  const form = await ensureForm(context, mail.form)
  const to = wireAddress(mail.email, 'To')
  const { publicId, addressVersion, subscriberId } = mail
  const bounce = sealLocalPart(secrets, 'bounce', { publicId, reference: 0, addressVersion })
  const domain = set.fromAddress.slice(set.fromAddress.lastIndexOf('@') + 1)
  const signer = sender.dkim.signerFor(sender.dkim.pinFor(set.fromAddress))
  const fields = compileHead({
    kind: 'service',
    from: { name: set.name, address: set.fromAddress },
    // A person's words are answered to the person.
    ...replyToOf(mail, set.replyTo),
    subject: form.subject,
    boundarySeed: form.boundarySeed,
  })({
    to,
    messageId: `<${messageNumber(secrets, `service ${subscriberId}`)}@${domain}>`,
    date: mail.releaseAt,
  })
  const parts = { fields, token: bounce, body: [form.body], values: valuesOf(secrets, mail) }
  return {
    envelope: { from: `b-${bounce}@${set.bounceDomain}`, to },
    message: (profile) => writeMessage({ buffers: form.buffers, signer }, parts, profile),
  }
}

function replyToOf({ kind, payload }: ServiceClaim, newsroom: string): { replyTo?: string } {
  if (kind !== 'forward') return { replyTo: newsroom }
  const person = payload['replyTo']
  return typeof person === 'string' ? { replyTo: person } : {}
}

function valuesOf(
  secrets: Context['secrets'],
  { publicId, subscriberId, addressVersion, releaseAt, payload }: ServiceClaim,
): Values {
  const seal = (purpose: Purpose, reference: number) =>
    sealToken(secrets, purpose, { publicId, reference, addressVersion: 0 })
  return {
    confirm: seal('confirm', subscriberId),
    notMe: seal('notMe', subscriberId),
    preferences: sealPreferences(secrets, { publicId, addressVersion, now: releaseAt }),
    unsubscribe: seal('unsubscribe', 0),
    ownData: seal('ownData', subscriberId),
    addressChange: seal('addressChange', subscriberId),
    desk: deskToken(secrets, payload),
  }
}

/** For one person of the desk and one edition; other mails have none. */
function deskToken(
  secrets: Context['secrets'],
  { link, edition }: ServiceClaim['payload'],
): string {
  if (typeof link !== 'number' || typeof edition !== 'number') return ''
  return sealToken(secrets, 'desk', { publicId: link, reference: edition, addressVersion: 0 })
}

type ServiceForm = { subject: string; boundarySeed: string; body: Block; buffers: FreeBuffers }

/** What a process keeps: the forms of a newsroom's languages and hours. */
const KEPT = 32
const IDLE_BYTES = 256 * 1024
const formsOf = new WeakMap<Db, Map<string, ServiceForm>>()

/** Read and encoded once a process. */
async function ensureForm(
  { db, config }: Pick<Context, 'db' | 'config'>,
  contentHash: string,
): Promise<ServiceForm> {
  const forms = formsOf.get(db) ?? new Map<string, ServiceForm>()
  formsOf.set(db, forms)
  const base = withSlash(config.publicUrl)
  const key = `${contentHash} ${base.href}`
  const known = forms.get(key)
  if (known !== undefined) return known
  const { subject, html, text } = await getForm({ db }, contentHash)
  const fillings = fillingsOf(base)
  const boundarySeed = `service ${contentHash}`
  const parts = {
    text: piecesOf(text, fillings, { as: 'text' }),
    html: piecesOf(html, fillings, { as: 'html' }),
  }
  const body = joinBlocks(compileBody({ boundarySeed }, parts))
  const form = { subject, boundarySeed, body, buffers: new FreeBuffers(IDLE_BYTES) }
  if (forms.size >= KEPT) forms.clear()
  forms.set(key, form)
  return form
}

function fillingsOf(base: URL): Fillings {
  const link = (path: string, token: string) => ({ before: new URL(path, base).href, token })
  return {
    confirmUrl: link('c/', 'confirm'),
    notMeUrl: link('n/', 'notMe'),
    preferencesUrl: link('p/', 'preferences'),
    unsubscribeUrl: link('u/', 'unsubscribe'),
    ownDataUrl: link('me/', 'ownData'),
    addressChangeUrl: link('a/', 'addressChange'),
    deskUrl: link('desk/', 'desk'),
  }
}

async function getForm({ db }: Pick<Context, 'db'>, hash: string) {
  const { rows } = await sql<{ subject: string; html: string; text: string }>`
    select subject, html, text from service_form where content_hash = ${hash}`.execute(db)
  const [form] = rows
  if (form === undefined) throw new Error(`no service form ${hash}`)
  return form
}
