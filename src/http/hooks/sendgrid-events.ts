import { z } from 'zod'
import type { ProviderEvent } from '#deliveries/returns/provider-event.ts'
import { entryOf, maybeNumber, maybeText, otherEvent, timeOf, tokenIn } from './event-fields.ts'
import { bounceOf, knownBounce, type ProviderSays } from './provider-bounce.ts'

const Event = z.object({
  event: z.string().min(1),
  sg_event_id: z.string().min(1),
  timestamp: maybeNumber,
  email: maybeText,
  sg_message_id: maybeText,
  type: maybeText,
  reason: maybeText,
  response: maybeText,
  status: maybeText,
  bounce_classification: maybeText,
  /** Our argument: SendGrid lays its arguments flat into the event. */
  daybreak: maybeText,
})
type SendgridEvent = z.infer<typeof Event>

/** One odd event does not cost the others of its batch. */
export function readSendgridEvents(batch: readonly unknown[], now: Date): ProviderEvent[] {
  return batch.map((said) => {
    const parsed = Event.safeParse(said)
    if (!parsed.success) return otherEvent('unreadable', { said, at: now })
    const event = parsed.data
    const at = timeOf(event.timestamp, now)
    const meaning = meaningOf(event)
    if (meaning === undefined) return otherEvent(event.event, { key: event.sg_event_id, said, at })
    return {
      key: event.sg_event_id,
      at,
      token: tokenIn(event.daybreak),
      relayId: relayIdOf(event.sg_message_id),
      recipient: event.email ?? null,
      event: meaning,
    }
  })
}

/** Its beginning is what stood in the reply to the mail; the part with the name of a machine was put behind it. */
function relayIdOf(messageId: string | null | undefined): string | null {
  return messageId?.replace(/\.(?:filter|recv).*$/, '').replace(/[.-]+$/, '') || null
}

function meaningOf(event: SendgridEvent): ProviderEvent['event'] | undefined {
  switch (event.event) {
    case 'bounce':
      return bounceOf(
        { text: event.reason, status: event.status },
        (event.type === 'blocked' ? blockedBy : bouncedBy)(event.bounce_classification ?? ''),
      )
    case 'dropped':
      return droppedOf(event.reason ?? '')
    case 'deferred':
      return knownBounce(
        { text: event.response ?? event.reason },
        { verdict: 'ignore', reason: 'delayed' },
      )
    case 'delivered':
      return { kind: 'delivered' }
    case 'spamreport':
      return { kind: 'complaint', feedback: 'abuse' }
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { kind: 'unsubscribe' }
    default:
      return undefined
  }
}

function bouncedBy(classification: string): ProviderSays {
  return {
    worst: 'hard',
    otherwise:
      classification === 'Invalid Address'
        ? { verdict: 'hard', reason: 'no such mailbox' }
        : { verdict: 'soft', reason: 'unknown' },
  }
}

/** "Blocked" is about the mail or its sender, or passes: a reader is never lost by it. */
function blockedBy(classification: string): ProviderSays {
  return {
    worst: 'soft',
    otherwise: entryOf(CLASSIFICATIONS, classification) ?? { verdict: 'ours', reason: 'blocked' },
  }
}

const CLASSIFICATIONS: Record<string, ProviderSays['otherwise']> = {
  'Invalid Address': { verdict: 'soft', reason: 'no such mailbox' },
  'Mailbox Unavailable': { verdict: 'soft', reason: 'mailbox full' },
  Technical: { verdict: 'soft', reason: 'system trouble' },
  Content: { verdict: 'ours', reason: 'content' },
  Reputation: { verdict: 'ours', reason: 'reputation' },
  'Frequency or Volume Too High': { verdict: 'ours', reason: 'too fast' },
}

/** Not sent at all. That the address bounced for somebody before is no proof that it is bad. */
function droppedOf(reason: string): ProviderEvent['event'] {
  if (/^spam reporting/i.test(reason)) return { kind: 'complaint', feedback: 'abuse' }
  if (/^unsubscribed/i.test(reason)) return { kind: 'unsubscribe' }
  const [, classified] = DROPPED.find(([pattern]) => pattern.test(reason)) ?? []
  return knownBounce({ text: reason }, classified ?? { verdict: 'soft', reason: 'unknown' })
}

const DROPPED: readonly (readonly [RegExp, ProviderSays['otherwise']])[] = [
  [/^bounced address/i, { verdict: 'soft', reason: 'mailbox disabled' }],
  [/^invalid smtpapi/i, { verdict: 'ours', reason: 'policy' }],
  [/^invalid/i, { verdict: 'soft', reason: 'no such mailbox' }],
  [/^spam content/i, { verdict: 'ours', reason: 'spam' }],
  [/quota/i, { verdict: 'ours', reason: 'too fast' }],
]
