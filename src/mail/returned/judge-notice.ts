import { classifyReply, classifyWords, statusIn } from './classify.ts'
import type { MailParts } from './mail-parts.ts'
import { makeBounce } from './make-bounce.ts'
import { proven } from './proof.ts'
import type { Bounce, Classified } from './returned.ts'
import { quotedReply, transcriptOf } from './transcript.ts'

const STILL_TRYING =
  /\b(?:delay(?:ed)?|warning|still being retried|will (?:be )?(?:retried|retry|continue))\b/i

/** A failure in prose only, as about half of them are. */
export function bounceOfNotice({ text, subject, parts }: MailParts): Bounce {
  const own = transcriptOf(text.trim() === '' ? (parts[0]?.text ?? '') : text)
  const quoted = quotedReply(own)
  const told = quoted?.text ?? own
  const said = { status: statusIn(told), code: quoted?.code ?? null, text: told }
  if (quoted === undefined && STILL_TRYING.test(subject))
    return makeBounce({ verdict: 'ignore', reason: 'delayed' }, said)
  const found = classifyQuoted(quoted) ??
    classifyWords(own) ??
    classifyWords(subject) ?? { verdict: 'ignore', reason: 'unknown' }
  return makeBounce(proven(found, { ...said, transcript: own }), said)
}

function classifyQuoted(quoted: ReturnType<typeof quotedReply>): Classified | undefined {
  const found = quoted && classifyReply(quoted)
  return found?.reason === 'unknown' ? undefined : found
}
