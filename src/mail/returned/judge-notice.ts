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
  return { ...makeBounce(found, said), names: namesIn(quoted, own) }
}

function within(text: string): string[] {
  return [...text.matchAll(ADDRESS)].map(([address]) => address.toLowerCase().replace(/[.>]+$/, ''))
}

const ADDRESS = /[^\s"'(<,;:]{1,64}@[\w.-]{1,255}/g

/** At the beginning of a reply stands the address that it was said of. */
const AT_BEGINNING = 80

/** In the reply itself; else in the lines above it; of a notice without a reply, anywhere. */
function namesIn(quoted: Notice['quoted'], own: string): string[] {
  const inReply = within(/<[^<>\s]*>/.exec(quoted?.text.slice(0, AT_BEGINNING) ?? '')?.[0] ?? '')
  const names = inReply.length > 0 ? inReply : within(quoted?.above ?? own)
  return [...new Set(names)].slice(0, 20)
}

const FAILED =
  /\bfail(?:ed|ure)\b|undeliver|not (?:be )?delivered|permanent error|returned mail|returning message/i

type Notice = { own: string; subject: string; quoted: ReturnType<typeof quotedReply> }

function classifyNotice({ own, subject, quoted }: Notice): Classified {
  const words = () => classifyWords(own) ?? classifyWords(subject)
  if (quoted !== undefined) {
    const replied = classifyReply(quoted)
    return replied.reason === 'unknown' ? (words() ?? replied) : replied
  }
  if (STILL_TRYING.test(subject)) return { verdict: 'ignore', reason: 'delayed' }
  const failed = FAILED.test(own) || FAILED.test(subject)
  return words() ?? { verdict: failed ? 'soft' : 'ignore', reason: 'unknown' }
}
