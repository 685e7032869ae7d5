import { z } from 'zod'
import type { ProviderEvent } from '#deliveries/returns/provider-event.ts'
import type { Bounce } from '#mail/returned/returned.ts'
import { maybeNumber, maybeText, otherEvent, timeOf, tokenIn } from './event-fields.ts'
import { bounceOf, knownBounce, type ProviderSays } from './provider-bounce.ts'

const Event = z.object({
  event: z.string().min(1),
  id: z.string().min(1),
  timestamp: maybeNumber,
  severity: maybeText,
  reason: maybeText,
  recipient: maybeText,
  'delivery-status': z
    .object({
      code: maybeNumber,
      message: maybeText,
      description: maybeText,
      'enhanced-code': maybeText,
    })
    .nullish()
    .catch(null),
  reject: z.object({ reason: maybeText, description: maybeText }).nullish().catch(null),
  message: z
    .object({ headers: z.object({ 'message-id': maybeText }).nullish().catch(null) })
    .nullish()
    .catch(null),
  'user-variables': z.object({ daybreak: maybeText }).nullish().catch(null),
})
type MailgunEvent = z.infer<typeof Event>

export function readMailgunEvent(said: unknown, now: Date): ProviderEvent {
  const parsed = Event.safeParse(said)
  if (!parsed.success) return otherEvent('unreadable', { said, at: now })
  const event = parsed.data
  // An id is an event's own only within its day.
  const key = `${event.id} ${event.event}`
  const at = timeOf(event.timestamp, now)
  const meaning = meaningOf(event)
  if (meaning === undefined) return otherEvent(event.event, { key, said, at })
  return {
    key,
    at,
    token: tokenIn(event['user-variables']?.daybreak),
    relayId: event.message?.headers?.['message-id'] ?? null,
    recipient: event.recipient ?? null,
    event: meaning,
  }
}

function meaningOf(event: MailgunEvent): ProviderEvent['event'] | undefined {
  switch (event.event) {
    case 'failed':
      return failedOf(event)
    case 'rejected': {
      const text = [event.reject?.reason, event.reject?.description].filter(Boolean).join(': ')
      return knownBounce({ text }, { verdict: 'ours', reason: 'policy' })
    }
    case 'complained':
      return { kind: 'complaint', feedback: 'abuse' }
    case 'unsubscribed':
      return { kind: 'unsubscribe' }
    case 'delivered':
      return { kind: 'delivered' }
    default:
      return undefined
  }
}

function failedOf(event: MailgunEvent): ProviderEvent['event'] {
  const status = event['delivery-status']
  const text = status?.message || status?.description || event.reason
  if (event.reason === 'suppress-complaint') return { kind: 'complaint', feedback: 'abuse' }
  if (event.reason === 'suppress-unsubscribe') return { kind: 'unsubscribe' }
  // Not sent at all: that the address bounced before is no proof that it is bad.
  if (event.reason === 'suppress-bounce')
    return knownBounce({ text }, { verdict: 'soft', reason: 'mailbox disabled' })
  // The last try of a mail that was put off for 8 hours; its severity stays "temporary".
  if (event.reason === 'old') return bounceOf(diagnosticOf(event, text), OLD)
  if (event.severity === 'permanent') return bounceOf(diagnosticOf(event, text), PERMANENT)
  return knownBounce({ text }, { verdict: 'ignore', reason: 'delayed' })
}

function diagnosticOf(
  { 'delivery-status': status }: MailgunEvent,
  text: Bounce['text'] | null | undefined,
) {
  return { text, status: status?.['enhanced-code'] || null, code: status?.code }
}

const PERMANENT: ProviderSays = {
  worst: 'hard',
  otherwise: { verdict: 'soft', reason: 'unknown' },
}
const OLD: ProviderSays = { worst: 'soft', otherwise: { verdict: 'soft', reason: 'not in time' } }
