import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { pollSoon } from '../sources/change-source.ts'
import { getSource } from '../sources/source.ts'
import { takeFeedContent } from '../sources/take-feed.ts'
import { findByCallback, markDenied, markHeard, markVerified } from './subscription-store.ts'

const SHORTEST_LEASE_S = 300
const LONGEST_LEASE_S = 90 * 86_400

export type Challenge = {
  callback: string
  mode: string | undefined
  topic: string | undefined
  challenge: string | undefined
  leaseSeconds: string | undefined
  reason: string | undefined
}

/**
 * The hub asks whether the wish was ours (WebSub, 5.3). @returns the challenge to answer with; undefined where it was not
 */
export async function answerChallenge(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { callback, mode, topic, challenge, leaseSeconds, reason }: Challenge,
): Promise<string | undefined> {
  const subscription = await findByCallback(db, callback)
  if (subscription === undefined || topic !== subscription.topicUrl) return undefined
  const { sourceId } = subscription
  if (mode === 'denied') {
    const why = reason === undefined ? '' : `: ${reason.slice(0, 200)}`
    await markDenied(db, { sourceId, error: `The hub does not let us subscribe${why}.` })
    return ''
  }
  // Nobody else may end it: we never ask a hub to.
  if (mode !== 'subscribe' || challenge === undefined) return undefined
  const seconds = /^\d{1,9}$/.test(leaseSeconds ?? '') ? Number(leaseSeconds) : LONGEST_LEASE_S
  const lease = Math.min(Math.max(seconds, SHORTEST_LEASE_S), LONGEST_LEASE_S)
  const now = clock.now()
  const leaseUntil = new Date(now.getTime() + lease * 1000)
  await markVerified(db, { sourceId, now, leaseUntil })
  return challenge
}

export type Delivered = 'unknown' | 'ignored' | 'taken'

/**
 * Content that a hub brought. Only the hub knows the secret: without its signature nothing is believed, and the sender is
 * not told so (WebSub, 8).
 */
export async function takeDelivery(
  context: Pick<Context, 'db' | 'clock' | 'enqueue' | 'log'>,
  {
    callback,
    signature,
    bytes,
    contentType,
  }: {
    callback: string
    signature: string | undefined
    bytes: Uint8Array
    contentType: string | null
  },
): Promise<Delivered> {
  const { db, clock, log } = context
  const subscription = await findByCallback(db, callback)
  if (subscription === undefined) return 'unknown'
  const { sourceId, secret } = subscription
  if (!isSigned(bytes, { signature, secret: secret.toString('hex') })) {
    log.warn({ source: sourceId }, 'a delivery without the signature of its hub is ignored')
    return 'ignored'
  }
  await markHeard(db, { sourceId, now: clock.now() })
  const source = await getSource(db, sourceId)
  if (source.state === 'paused' || source.state === 'gone') return 'ignored'
  try {
    await takeFeedContent(context, { sourceId, bytes, contentType })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // Some hubs only ring the bell.
    await pollSoon(context, source)
  }
  return 'taken'
}

const METHODS = ['sha1', 'sha256', 'sha384', 'sha512']

function isSigned(
  bytes: Uint8Array,
  { signature, secret }: { signature: string | undefined; secret: string },
): boolean {
  const [, method = '', hex = ''] =
    /^(\w{1,10})=([\da-f]{40,128})$/i.exec(signature?.trim() ?? '') ?? []
  if (!METHODS.includes(method.toLowerCase())) return false
  const own = createHmac(method.toLowerCase(), secret).update(bytes).digest()
  const theirs = Buffer.from(hex, 'hex')
  return theirs.length === own.length && timingSafeEqual(theirs, own)
}
