/** What to do about a bounce. `ours` is about the sender, and never touches a reader. */
export const verdicts = ['hard', 'soft', 'ours', 'ignore'] as const
export type Verdict = (typeof verdicts)[number]

/** Why a mail came back, in the words that operators see. */
export const bounceReasons = [
  // hard
  'no such mailbox',
  'no such domain',
  'moved',
  'takes no mail',
  // soft
  'mailbox full',
  'mailbox disabled',
  'filtered',
  'too large',
  'not in time',
  'system trouble',
  // ours
  'authentication',
  'reverse DNS',
  'blocked',
  'reputation',
  'policy',
  'spam',
  'content',
  'too fast',
  'relaying',
  'encryption',
  // ignore
  'delayed',
  'delivered',
  'unknown',
] as const
export type BounceReason = (typeof bounceReasons)[number]

export type Classified = { verdict: Verdict; reason: BounceReason }

export type Bounce = Classified & {
  kind: 'bounce'
  /** Enhanced status code (RFC 3463), such as 5.1.1. */
  status: string | null
  /** SMTP reply code. */
  code: number | null
  /** The other side's words as one clean line without addresses. */
  text: string
  /**
   * Only of a failure that is told in prose: the addresses, in lower case, that the words were said of. A quoted text
   * may hold anybody's; so `hard` holds only for a reader who is among them.
   */
  names?: readonly string[]
}

/** What a message says that came back. Whom it is about is not among it: that says the address it came to. */
export type Returned =
  | Bounce
  /** A reader said "this is spam" (RFC 5965 and its like); `feedback` is its type, such as abuse. */
  | { kind: 'complaint'; feedback: string }
  | { kind: 'auto-reply' }
  /** Written by a person. */
  | { kind: 'reply'; from: string; subject: string; text: string }

export type ReadReturn = {
  returned: Returned
  /** The same message twice has the same key: its Message-ID where it has one, else a hash of its bytes. */
  key: string
  /**
   * Local parts of ours (b-TOKEN, u-TOKEN) in the header of the mail that a complaint is about, and in the report's own
   * fields; never from a body. For complaints that come to an address without a token.
   */
  localParts: string[]
}
