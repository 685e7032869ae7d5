import { z } from 'zod'
import type { ProviderEvent } from '#deliveries/returns/provider-event.ts'
import type { Classified } from '#mail/returned/returned.ts'
import { entryOf, maybeText, otherEvent, timeOf, tokenIn, tokenOfSender } from './event-fields.ts'
import { bounceOf, knownBounce } from './provider-bounce.ts'

const Recipient = z.object({
  emailAddress: maybeText,
  status: maybeText,
  diagnosticCode: maybeText,
})

const Mail = z.object({
  messageId: maybeText,
  source: maybeText,
  destination: z.array(z.string()).nullish().catch(null),
  headers: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .nullish()
    .catch(null),
  tags: z.record(z.string(), z.array(z.string())).nullish().catch(null),
})

const Bounce = z.object({
  bounceType: z.string(),
  bounceSubType: z.string().catch(''),
  feedbackId: maybeText,
  timestamp: maybeText,
  bouncedRecipients: z.array(Recipient).nullish().catch(null),
})
type SesBounce = z.infer<typeof Bounce>

/** Both forms: notifications of an identity, and events of a configuration set. */
const Event = z.object({
  notificationType: maybeText,
  eventType: maybeText,
  mail: Mail,
  bounce: Bounce.nullish().catch(null),
  complaint: z
    .object({
      feedbackId: maybeText,
      timestamp: maybeText,
      complaintFeedbackType: maybeText,
    })
    .nullish()
    .catch(null),
  delivery: z.object({ timestamp: maybeText }).nullish().catch(null),
  deliveryDelay: z
    .object({
      timestamp: maybeText,
      delayedRecipients: z.array(Recipient).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  reject: z.object({ reason: maybeText }).nullish().catch(null),
  subscription: z
    .object({
      timestamp: maybeText,
      newTopicPreferences: z
        .object({
          unsubscribeAll: z.boolean().nullish().catch(null),
          topicSubscriptionStatus: z
            .array(z.object({ subscriptionStatus: maybeText }))
            .nullish()
            .catch(null),
        })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
})
type SesEvent = z.infer<typeof Event>

/** What SES put into a message of SNS. A text that is no event is the greeting of a new topic. */
export function readSesEvent(
  { MessageId, Message }: { MessageId: string; Message: string },
  now: Date,
): ProviderEvent {
  const parsed = Event.safeParse(jsonOf(Message))
  if (!parsed.success)
    return otherEvent('unreadable', { key: `sns ${MessageId}`, said: '', at: now })
  const event = parsed.data
  const name = event.eventType ?? event.notificationType ?? 'unnamed'
  const meaning = entryOf(MEANINGS, name)?.(event)
  const at = timeOf(timestampOf(event), now)
  if (meaning === undefined)
    return otherEvent(nameOf(name, event), { key: `sns ${MessageId}`, said: '', at })
  const { mail } = event
  return {
    key: keyOf(event, `sns ${MessageId}`),
    at,
    token: tokenOf(mail),
    relayId: mail.messageId ?? null,
    recipient: mail.destination?.[0] ?? null,
    event: meaning,
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function timestampOf({ bounce, complaint, delivery, deliveryDelay, subscription }: SesEvent) {
  return (bounce ?? complaint ?? delivery ?? deliveryDelay ?? subscription)?.timestamp
}

/** The same bounce may come as a notification and as an event, in two messages of SNS. */
function keyOf({ bounce, complaint, delivery, mail }: SesEvent, message: string): string {
  const told = bounce?.feedbackId ?? complaint?.feedbackId
  if (told) return `feedback ${told}`
  return delivery && mail.messageId ? `delivery ${mail.messageId}` : message
}

function tokenOf({ source, headers, tags }: z.infer<typeof Mail>): string | null {
  const named = (name: string) =>
    headers?.find((header) => header.name.toLowerCase() === name)?.value
  return (
    tokenOfSender(source) ??
    tokenOfSender(named('return-path')) ??
    tokenIn(named('x-daybreak-token')) ??
    tokenIn(tags?.['daybreak']?.[0])
  )
}

type Meaning = ProviderEvent['event'] | undefined

const MEANINGS: Record<string, (event: SesEvent) => Meaning> = {
  Bounce: ({ bounce }) => (bounce ? bounceMeaning(bounce) : undefined),
  Complaint: complaintMeaning,
  Delivery: () => ({ kind: 'delivered' }),
  DeliveryDelay: ({ deliveryDelay }) =>
    knownBounce(
      { text: deliveryDelay?.delayedRecipients?.[0]?.diagnosticCode },
      { verdict: 'ignore', reason: 'delayed' },
    ),
  Reject: ({ reject }) =>
    knownBounce({ text: reject?.reason }, { verdict: 'ours', reason: 'content' }),
  Subscription: (event) => (hasLeft(event) ? { kind: 'unsubscribe' } : undefined),
}

/** What the counted event is called: of a complaint that is none its type belongs to the name. */
function nameOf(name: string, { complaint }: SesEvent): string {
  return [name, complaint?.complaintFeedbackType].filter(Boolean).join(' ')
}

function bounceMeaning({
  bounceType,
  bounceSubType,
  bouncedRecipients,
}: SesBounce): ProviderEvent['event'] {
  const type = `${bounceType} ${bounceSubType}`
  if (type === 'Permanent UnsubscribedRecipient') return { kind: 'unsubscribe' }
  const { diagnosticCode: text, status } = bouncedRecipients?.[0] ?? {}
  const known = entryOf(NOT_SENT, type)
  if (known !== undefined) return knownBounce({ text }, known)
  return bounceOf(
    { text, status },
    {
      worst: bounceType === 'Permanent' ? 'hard' : 'soft',
      otherwise: entryOf(BY_TYPE, type) ?? entryOf(BY_TYPE, bounceType) ?? UNKNOWN,
    },
  )
}

const UNKNOWN: Classified = { verdict: 'ignore', reason: 'unknown' }

/** On a list of SES: that the address bounced before, for us or for others, is no proof that it is bad. */
const NOT_SENT: Record<string, Classified> = {
  'Permanent Suppressed': { verdict: 'soft', reason: 'mailbox disabled' },
  'Permanent OnAccountSuppressionList': { verdict: 'soft', reason: 'mailbox disabled' },
}

/** SES files auto-replies under Transient General: without a word of the other side that is no bounce for us. */
const BY_TYPE: Record<string, Classified> = {
  'Permanent NoEmail': { verdict: 'hard', reason: 'no such mailbox' },
  Permanent: { verdict: 'soft', reason: 'unknown' },
  'Transient MailboxFull': { verdict: 'soft', reason: 'mailbox full' },
  'Transient MessageTooLarge': { verdict: 'soft', reason: 'too large' },
  'Transient ContentRejected': { verdict: 'ours', reason: 'content' },
  'Transient AttachmentRejected': { verdict: 'ours', reason: 'content' },
}

/** Two types of feedback say the opposite, or nothing about the reader (RFC 5965 7.3, RFC 6591). */
function complaintMeaning({ complaint }: SesEvent): Meaning {
  const feedback = complaint?.complaintFeedbackType ?? 'abuse'
  if (feedback === 'not-spam' || feedback === 'auth-failure') return undefined
  return { kind: 'complaint', feedback: /^[\w-]{1,40}$/.test(feedback) ? feedback : 'other' }
}

function hasLeft({ subscription }: SesEvent): boolean {
  const { unsubscribeAll, topicSubscriptionStatus } = subscription?.newTopicPreferences ?? {}
  return (
    unsubscribeAll === true ||
    (topicSubscriptionStatus ?? []).some((topic) => topic.subscriptionStatus === 'OptOut')
  )
}
