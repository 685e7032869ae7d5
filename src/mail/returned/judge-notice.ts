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
  const found = proven(classifyNotice({ own, subject, quoted }), { ...said, transcript: own })
  return makeBounce(found, said)
}

const FAILED =
  /\bfail(?:ed|ure)\b|undeliver|not (?:be )?delivered|permanent error|returned mail|returning message/i

type Notice = { own: string; subject: string; quoted: ReturnType<typeof quotedReply> }

function classifyNotice({ own, subject, quoted }: Notice): Classified {
  const words = () => classifyWords(own) ?? classifyWords(subject)
  if (quoted !== undefined) {
    const replied = classifyReply(quoted)
    const vague = replied.reason === 'unknown' || replied.reason === 'system trouble'
    return vague ? (words() ?? replied) : replied
  }
  if (STILL_TRYING.test(subject)) return { verdict: 'ignore', reason: 'delayed' }
  const failed = FAILED.test(own) || FAILED.test(subject)
  return words() ?? { verdict: failed ? 'soft' : 'ignore', reason: 'unknown' }
}
