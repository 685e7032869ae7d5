import type { Profile } from '#mail/profile.ts'

/** What became of one SMTP transaction. Nothing else can be said about it. */
export type Outcome =
  | { kind: 'accepted'; relayId: string | null; reply: string }
  | { kind: 'deferred'; reply: string; code: number }
  | { kind: 'rejected'; reply: string; code: number; blame: Blame }
  /**
   * Nothing of the body was handed over: the mail may be planned again. `offered`: over a connection that had worked,
   * and died under it.
   */
  | { kind: 'unsent'; reason: string; offered?: boolean }
  /** The body had begun and no reply came: the relay may have taken the mail or not. */
  | { kind: 'uncertain'; reason: string }

/** Who a permanent refusal is about: this reader's address, or us (policy, login, reputation, content). */
export type Blame = 'recipient' | 'sender'

export type Envelope = { from: string; to: string }

/** Most urgent first: a free connection takes the most urgent mail that waits. */
export const priorities = ['confirmation', 'alert', 'digest'] as const
export type Priority = (typeof priorities)[number]

/**
 * A whole message as it goes on the wire: CRLF, ends with CRLF, no line begins with a dot (quoted-printable writes
 * `=2E`), without the final dot. `free` takes the buffer back for another mail, once the socket is done with it.
 */
export type MessageBytes = { bytes: Buffer; free?: () => void }

export type OutgoingMail = {
  envelope: Envelope
  priority: Priority
  /** The message as a relay of this profile wants it. The same profile gives the same bytes. */
  message: (profile: Profile) => MessageBytes | Promise<MessageBytes>
  /**
   * Called once, synchronously, before the first byte of the body can reach the relay.
   * When it throws, the body is not sent and the outcome is `unsent`.
   */
  begun: () => void
  /** Calls the mail back; one whose body has begun is finished all the same. */
  signal?: AbortSignal
}

export interface Transport extends AsyncDisposable {
  /** Mail trouble is an outcome. Rejects only when `signal` aborted before the body began. */
  send(mail: OutgoingMail): Promise<Outcome>
  /** How many mails of this priority it is worth to hand over at once: more than connections, so that the next one is ready. */
  capacity(priority: Priority): number
}
