import type { Provider } from './provider-event.ts'

/** Where it came in: by a mail, or from a provider's webhook. */
export type Channel = 'smtp' | 'imap' | Provider

/** What something that came back changed, in the words that people see. The first few changed nothing. */
export type Effect =
  | 'known already'
  | 'nobody known'
  | 'no such reader'
  | 'never sent'
  | 'too late'
  | 'marked already'
  | 'nothing'
  /** Its mail is being sent at this moment: it is looked at again when the mail's row is settled. */
  | 'waiting'
  | 'sent after all'
  /** A bounce that did not put anybody on the list (yet). */
  | 'counted'
  | 'refused'
  | 'old address'
  | 'about us'
  | 'do-not-mail list'
  | 'unsubscribed'
  | 'kept'
  | 'forwarded'
