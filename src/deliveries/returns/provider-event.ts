import type { Returned } from '#mail/returned/returned.ts'

export const providers = ['ses', 'sendgrid', 'mailgun', 'postmark'] as const
export type Provider = (typeof providers)[number]

/** One event of a provider's webhook, checked and typed. */
export type ProviderEvent = {
  /** The provider's own id of the event: the same event sent again has the same. */
  key: string
  at: Date
  /** The 56 characters of our bounce token, from our own header or the envelope sender. */
  token: string | null
  /** The relay's id of the mail, as it stands in the row. */
  relayId: string | null
  /** Only to find the row that a relay id is compared with. */
  recipient: string | null
  event:
    | Exclude<Returned, { kind: 'reply' }>
    | { kind: 'unsubscribe' }
    /** The mail reached its mailbox: settles a row that is uncertain. */
    | { kind: 'delivered' }
    /** Anything else, by its name: it is counted. */
    | { kind: 'other'; name: string }
}
