import { z } from 'zod'
import type { ProviderEvent } from '#deliveries/returns/provider-event.ts'
import type { Classified } from '#mail/returned/returned.ts'
import { entryOf, maybeText, otherEvent, timeOf, tokenIn } from './event-fields.ts'
import { sha256 } from './hook-request.ts'
import { bounceOf, knownBounce } from './provider-bounce.ts'

const Event = z.object({
  RecordType: z.string().min(1),
  MessageID: maybeText,
  Type: maybeText,
  Details: maybeText,
  Description: maybeText,
  Email: maybeText,
  Recipient: maybeText,
  BouncedAt: maybeText,
  DeliveredAt: maybeText,
  ChangedAt: maybeText,
  SuppressSending: z.boolean().nullish().catch(null),
  SuppressionReason: maybeText,
  Origin: maybeText,
  Metadata: z.object({ daybreak: maybeText }).nullish().catch(null),
})
type PostmarkEvent = z.infer<typeof Event>

export function readPostmarkEvent(said: object, now: Date): ProviderEvent {
  const parsed = Event.safeParse(said)
  if (!parsed.success) return otherEvent('unreadable', { said, at: now })
  const event = parsed.data
  const meaning = meaningOf(event)
  const at = timeOf(event.BouncedAt ?? event.DeliveredAt ?? event.ChangedAt, now)
  if (meaning === undefined) return otherEvent(nameOf(event), { said, at })
  return {
    key: keyOf(event, meaning),
    at,
    token: tokenIn(event.Metadata?.daybreak),
    relayId: messageIdOf(event),
    recipient: event.Email ?? event.Recipient ?? null,
    event: meaning,
  }
}

function nameOf({ RecordType, Type, SuppressionReason }: PostmarkEvent): string {
  return [RecordType, Type ?? SuppressionReason].filter(Boolean).join(' ')
}

/**
 * A complaint is told twice, as SpamComplaint and as SubscriptionChange: by its mail it is one. The ID of a bounce is no
 * key: it has more digits than a number of JSON keeps.
 */
function keyOf(event: PostmarkEvent, { kind }: ProviderEvent['event']): string {
  const mail = messageIdOf(event)
  if (mail === null) return `hash ${sha256(JSON.stringify(event)).toString('hex')}`
  if (kind !== 'bounce') return `${kind} ${mail}`
  return `bounce ${mail} ${event.Type} ${event.BouncedAt}`
}

function messageIdOf({ MessageID }: PostmarkEvent): string | null {
  return /[1-9a-f]/i.test(MessageID ?? '') ? (MessageID ?? null) : null
}

function meaningOf(event: PostmarkEvent): ProviderEvent['event'] | undefined {
  switch (event.RecordType) {
    case 'Bounce':
      return bounceMeaning(event)
    case 'SpamComplaint':
      return { kind: 'complaint', feedback: 'abuse' }
    case 'Delivery':
      return { kind: 'delivered' }
    case 'SubscriptionChange':
      return changeMeaning(event)
    default:
      return undefined
  }
}

function bounceMeaning(event: PostmarkEvent): ProviderEvent['event'] | undefined {
  const type = event.Type ?? ''
  const text = event.Details || event.Description
  const person = entryOf(PERSONS, type)
  if (person !== undefined) return person
  const known = entryOf(NOT_READ, type)
  if (known !== undefined) return knownBounce({ text }, known)
  const says = entryOf(READ, type)
  return says === undefined ? undefined : bounceOf({ text }, says)
}

/** What is no bounce, though Postmark lists it among them. */
const PERSONS: Record<string, ProviderEvent['event']> = {
  Unsubscribe: { kind: 'unsubscribe' },
  SpamComplaint: { kind: 'complaint', feedback: 'abuse' },
  AutoResponder: { kind: 'auto-reply' },
  ChallengeVerification: { kind: 'auto-reply' },
  AddressChange: { kind: 'auto-reply' },
}

/** Postmark's own doing, or still under way: the text is not about the address. */
const NOT_READ: Record<string, Classified> = {
  Transient: { verdict: 'ignore', reason: 'delayed' },
  ManuallyDeactivated: { verdict: 'soft', reason: 'mailbox disabled' },
  SMTPApiError: { verdict: 'ours', reason: 'policy' },
  DMARCPolicy: { verdict: 'ours', reason: 'authentication' },
  VirusNotification: { verdict: 'ours', reason: 'content' },
}

const UNKNOWN: Classified = { verdict: 'ignore', reason: 'unknown' }

const READ: Record<string, { worst: 'hard' | 'soft'; otherwise: Classified }> = {
  HardBounce: { worst: 'hard', otherwise: { verdict: 'hard', reason: 'no such mailbox' } },
  BadEmailAddress: { worst: 'hard', otherwise: { verdict: 'hard', reason: 'no such mailbox' } },
  SoftBounce: { worst: 'soft', otherwise: { verdict: 'soft', reason: 'system trouble' } },
  DnsError: { worst: 'soft', otherwise: { verdict: 'soft', reason: 'no such domain' } },
  Blocked: { worst: 'soft', otherwise: { verdict: 'ours', reason: 'blocked' } },
  SpamNotification: { worst: 'soft', otherwise: { verdict: 'ours', reason: 'spam' } },
  Unknown: { worst: 'soft', otherwise: UNKNOWN },
}

/** Bounces are told by a record of their own; what an operator does at Postmark is not a reader's word. */
function changeMeaning(event: PostmarkEvent): ProviderEvent['event'] | undefined {
  if (event.SuppressSending !== true) return undefined
  if (event.SuppressionReason === 'SpamComplaint') return { kind: 'complaint', feedback: 'abuse' }
  const isReader = event.SuppressionReason === 'ManualSuppression' && event.Origin === 'Recipient'
  return isReader ? { kind: 'unsubscribe' } : undefined
}
