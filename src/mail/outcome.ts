/** What became of one SMTP transaction. Nothing else can be said about it. */
export type Outcome =
  | { kind: 'accepted'; relayId: string | null; reply: string }
  | { kind: 'deferred'; reply: string; code: number }
  | { kind: 'rejected'; reply: string; code: number; blame: Blame }
  /** Nothing of the body was handed over: the mail may be planned again. */
  | { kind: 'unsent'; reason: string }
  /** The body had begun and no reply came: the relay may have taken the mail or not. */
  | { kind: 'uncertain'; reason: string }

/** Who a permanent refusal is about: this reader's address, or us (policy, login, reputation, content). */
export type Blame = 'recipient' | 'sender'

export type Envelope = { from: string; to: string }

export type OutgoingMail = {
  envelope: Envelope
  raw: Buffer
  /**
   * Called once, synchronously, before the first byte of the body can reach the relay.
   * When it throws, the body is not sent and the outcome is `unsent`.
   */
  begun: () => void
  signal?: AbortSignal
}

export interface Transport extends AsyncDisposable {
  /** Mail trouble is an outcome. Rejects only when `signal` aborted before the body began. */
  send(mail: OutgoingMail): Promise<Outcome>
}
