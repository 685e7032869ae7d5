import type { Blame, Outcome } from '#mail/outcome.ts'
import { classifyReply } from '#mail/returned/classify.ts'

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

/** Whether a 5xx reply is about this reader or about us. Unclear replies outside RCPT blame us: nobody is suppressed. */
export function blameOf(reply: string, command: string): Blame {
  if (command !== 'RCPT TO' && command !== 'DATA') return 'sender'
  const { verdict, reason } = classifyReply({
    code: Number(reply.slice(0, 3)) || null,
    text: reply,
  })
  const clear = reason !== 'unknown' && reason !== 'system trouble'
  // A size is refused of every copy of the mail; only before the mail was handed over may it be the mailbox's own.
  if (reason === 'too large' && command === 'DATA') return 'sender'
  if (clear) return verdict === 'ours' ? 'sender' : 'recipient'
  return command === 'RCPT TO' && !ABOUT_SESSION.test(reply) ? 'recipient' : 'sender'
}

// Commands, logins and the transaction as a whole (RFC 5321 4.2.2, RFC 4954 6).
const ABOUT_SESSION = /^5(?:0\d|3\d|54)\b/

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
