import { createPublicKey, verify } from 'node:crypto'
import { Refusal } from '#errors.ts'
import { type HookReader, isTimely, notBelieved, readJson } from './hook-request.ts'
import { readSendgridEvents } from './sendgrid-events.ts'

const WINDOW_MS = 5 * 60_000

/** SendGrid signs the time and the raw body (ECDSA P-256); the key is shown as base64 of its DER. */
export function createSendgridReader(key: string): HookReader {
  const publicKey = publicKeyOf(key)
  return (request) => {
    const { body, header, now } = request
    const timestamp = header('x-twilio-email-event-webhook-timestamp') ?? ''
    const signature = header('x-twilio-email-event-webhook-signature') ?? ''
    if (!/^\d{1,12}$/.test(timestamp) || signature === '')
      throw notBelieved('the request is not signed: switch on the signed event webhook')
    const signed = Buffer.concat([Buffer.from(timestamp), body])
    if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64')))
      throw notBelieved('the signature is not made with the key in SENDGRID_WEBHOOK_KEY')
    if (!isTimely(request, new Date(Number(timestamp) * 1000), WINDOW_MS))
      throw notBelieved('the request was signed more than 5 minutes ago, or a clock is wrong')
    const events = readJson(body.toString())
    if (!Array.isArray(events))
      throw new Refusal('the body is not a list of events', { status: 400, field: 'body' })
    return readSendgridEvents(events, now)
  }
}

function publicKeyOf(key: string) {
  try {
    return createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
  } catch (cause) {
    throw new Refusal(
      'SENDGRID_WEBHOOK_KEY must be the verification key that SendGrid shows for the signed event webhook',
      { field: 'SENDGRID_WEBHOOK_KEY', status: 78, cause },
    )
  }
}
