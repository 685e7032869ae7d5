import { withoutAddresses } from '#log.ts'
import { cleanReply } from '#mail/smtp-reply.ts'
import type { Bounce, Classified } from './returned.ts'

const LONGEST = 2000

export function makeBounce(
  classified: Classified,
  { status, code, text }: Pick<Bounce, 'status' | 'code' | 'text'>,
): Bounce {
  const line = cleanReply(withoutAddresses(text.slice(0, LONGEST)))
  return { kind: 'bounce', ...classified, status, code, text: line }
}

/** The SMTP reply code in a diagnostic. */
export function codeIn(diagnostic: string): number | null {
  const code = /(?:^|[\s:;(])([245]\d\d)(?=[\s-])/.exec(diagnostic)?.[1]
  return code === undefined ? null : Number(code)
}
