import type { Blame, Outcome } from '#mail/outcome.ts'

const LONGEST_REPLY = 500
// What nearly every reply is: one line of ASCII, words one blank apart.
const PLAIN = /^(?:[!-~] ?)*\r?$/

/** A reply as one line that is safe to store and show: joined, without control characters, cut. */
export function cleanReply(text: string): string {
  if (text.length <= LONGEST_REPLY && PLAIN.test(text)) return text.trimEnd()
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .slice(0, LONGEST_REPLY)
}

type BlameRule = { blame: Blame; pattern: RegExp; example: string }

// The first match decides. Words come before codes because relays use the codes loosely, and a
// recipient's words come before the sender's: "5.7.1 no such user" is about the address.
export const BLAME_RULES: readonly BlameRule[] = [
  {
    blame: 'recipient',
    pattern: /recipient address rejected: (?:access denied|undeliverable|unverified|user)/i,
    example: '554 5.7.1 <reader@example.net>: Recipient address rejected: Access denied',
  },
  {
    blame: 'sender',
    pattern:
      /sender (?:address |domain )?(?:rejected|denied|unknown|refused|not verified)|\b5\.1\.[78]\b/i,
    example: '550 5.1.8 <news@example.org>: Sender address rejected: Domain not found',
  },
  {
    blame: 'sender',
    pattern:
      /block(?:ed|list)|black ?list|spamhaus|\brbl\b|reputation|\bspam\b|unsolicited|phishing|\bvirus\b/i,
    example: '550 5.1.1 Message blocked using zen.spamhaus.org',
  },
  {
    blame: 'recipient',
    pattern:
      /(?:user|recipient|mailbox|address|account)(?: address)? (?:is |was )?(?:unknown|not found|does ?n[o']t exist|not exist|unavailable|disabled|inactive|suspended|closed)/i,
    example: '550 5.7.1 recipient address does not exist here',
  },
  {
    blame: 'recipient',
    pattern:
      /unknown (?:user|recipient|mailbox|local)|no such (?:user|recipient|mailbox|address|person)|invalid (?:recipient|mailbox)|user unknown|no mailbox/i,
    example: '550 No such user here',
  },
  {
    blame: 'recipient',
    pattern: /(?:mailbox|account|inbox|quota)\b.{0,30}\b(?:full|exceeded|over)|over ?quota/i,
    example: '552 5.2.2 The mailbox is full',
  },
  {
    blame: 'sender',
    pattern:
      /\b(?:spf|dkim|dmarc|ptr|rdns)\b|reverse dns|authenticat|starttls|encryption required/i,
    example: '550 5.7.26 This mail has been blocked because the sender is unauthenticated (DKIM)',
  },
  {
    blame: 'sender',
    pattern:
      /relay(?:ing)?\b.{0,20}(?:denied|not permitted|not allowed|prohibited)|unable to relay|not (?:permitted|allowed|authori[sz]ed) to|access denied|policy|banned/i,
    example: '550 5.7.1 Relaying denied',
  },
  {
    blame: 'recipient',
    pattern: /\b5\.(?:1\.(?:[0-6]|9|10)|2\.\d+)\b/,
    example: '550 5.1.1 Requested action not taken',
  },
  {
    blame: 'sender',
    pattern: /\b5\.(?:[34567]\.\d+)\b/,
    example: '550 5.7.515 Access denied, sending domain does not meet the required level',
  },
  { blame: 'sender', pattern: /^5(?:0\d|3\d|52|54)\b/, example: '530 Login first' },
]

/** Whether a 5xx reply is about this reader or about us. Unclear replies outside RCPT blame us: nobody is suppressed. */
export function blameOf(reply: string, command: string): Blame {
  if (command !== 'RCPT TO' && command !== 'DATA') return 'sender'
  // An address in the reply may hold any word: <spam@example.org>.
  const words = reply.replace(/<[^>]*>|[^\s"'(<]+@[^\s"')>:;,]+/g, '')
  const rule = BLAME_RULES.find(({ pattern }) => pattern.test(words))
  return rule?.blame ?? (command === 'RCPT TO' ? 'recipient' : 'sender')
}

/** The relay's own id for the mail, from its 250 reply. */
export function relayIdOf(reply: string): string | null {
  const match =
    /queued(?: mail)?(?: for delivery)? as:? <?([\w.@+-]{4,200})/i.exec(reply) ??
    /\bid[= ]<?([\w.@+-]{4,200})/i.exec(reply) ??
    /^250 (?:2\.\d\.\d )?ok:? <?([\w.@+-]{8,200})>?(?: \[.*\])?$/i.exec(reply)
  return match?.[1]?.replace(/[.-]+$/, '') ?? null
}

export type RefusingReply = {
  code: number
  /** Clean, as it is stored. */
  reply: string
  command: 'MAIL FROM' | 'RCPT TO' | 'DATA'
  bodyBegan: boolean
}

/** What a 4xx or 5xx reply says about the mail; undefined when it says that the session is out of step. */
export function outcomeOfReply(refusal: RefusingReply): Outcome | undefined {
  const { code, reply, command, bodyBegan } = refusal
  if (code < 500) return { kind: 'deferred', reply, code }
  // 503 says that the session is out of step, not that this mail is refused (RFC 5321 4.2.4).
  if (code === 503 && !bodyBegan && !/auth|log ?in/i.test(reply)) return undefined
  return { kind: 'rejected', reply, code, blame: blameOf(reply, command) }
}

/** What the reply to the final dot says. A 250 to half a mail says nothing about the mail. */
export function finalOutcome(final: { code: number; reply: string; flushed: boolean }): Outcome {
  const { code, reply, flushed } = final
  const refusal = { code, reply, command: 'DATA', bodyBegan: true } as const
  const refused = code >= 400 ? outcomeOfReply(refusal) : undefined
  if (refused) return refused
  if (flushed) return { kind: 'accepted', relayId: relayIdOf(reply), reply }
  return { kind: 'uncertain', reason: `the relay answered before the mail had ended: ${reply}` }
}
