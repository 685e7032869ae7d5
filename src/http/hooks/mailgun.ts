import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Context } from '#context.ts'
import {
  claimNonce,
  findNonce,
  type WebhookNonce,
} from '#deliveries/returns/webhook-nonce-store.ts'
import { Refusal } from '#errors.ts'
import {
  type HookReader,
  isSameSecret,
  isTimely,
  cannotTell,
  notBelieved,
  readJson,
  sha256,
} from './hook-request.ts'
import { readMailgunEvent } from './mailgun-events.ts'

const WINDOW_MS = 5 * 60_000

const Body = z.object({
  signature: z.object({
    timestamp: z.coerce.string().regex(/^\d{1,12}$/),
    token: z.string().regex(/^[!-~]{1,200}$/),
    signature: z.string().regex(/^[0-9a-f]{64}$/i),
  }),
  'event-data': z.unknown(),
})
type Signature = z.infer<typeof Body>['signature']

/**
 * Mailgun signs a time and a word, not the body: a word is good for the body that it came with first. A request that is
 * sent again has both as before, however late, and changes nothing that it has changed.
 */
export function createMailgunReader({ db }: Pick<Context, 'db'>, keys: string[]): HookReader {
  return async (request) => {
    const { body, now } = request
    const parsed = Body.safeParse(readJson(body.toString()))
    if (!parsed.success)
      throw new Refusal('the body has no signature as Mailgun makes it', {
        status: 400,
        field: 'signature',
      })
    const { signature } = parsed.data
    if (!isSigned(signature, keys))
      throw notBelieved('the signature is not made with the key in MAILGUN_SIGNING_KEY')
    const nonce = { channel: 'mailgun', nonce: signature.token } as const
    const hash = sha256(body)
    const signedAt = new Date(Number(signature.timestamp) * 1000)
    // Mailgun repeats what it could not hand over for 8 hours, by all accounts without signing it anew.
    if (!isTimely(request, signedAt, WINDOW_MS) && !(await isRepeat(db, { nonce, hash })))
      throw notBelieved('the request was signed more than 5 minutes ago, or a clock is wrong')
    const first = await claimNonce(db, { ...nonce, body: hash, now })
    if (!first.equals(hash)) throw notBelieved('the signature was used before, with another body')
    return [readMailgunEvent(parsed.data['event-data'], now)]
  }
}

async function isRepeat(
  db: Context['db'],
  { nonce, hash }: { nonce: WebhookNonce; hash: Buffer },
): Promise<boolean> {
  try {
    return (await findNonce(db, nonce))?.equals(hash) ?? false
  } catch (cause) {
    throw cannotTell('whether the request came before', cause)
  }
}

function isSigned({ timestamp, token, signature }: Signature, keys: string[]): boolean {
  return keys.some((key) => {
    const made = createHmac('sha256', key)
      .update(timestamp + token)
      .digest('hex')
    return isSameSecret(made, signature.toLowerCase())
  })
}
