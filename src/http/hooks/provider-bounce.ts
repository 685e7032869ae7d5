import { withoutAddresses } from '#log.ts'
import { classifyReply, statusIn } from '#mail/returned/classify.ts'
import type { Bounce, Classified } from '#mail/returned/returned.ts'
import { cleanReply } from '#mail/smtp-reply.ts'

export type ProviderSays = {
  /** The worst that a bounce of this type can be for a reader, whatever its text says. */
  worst: 'hard' | 'soft'
  /** What it is when its text says nothing. */
  otherwise: Classified
}

export type Diagnostic = {
  text: string | null | undefined
  status?: string | null | undefined
  code?: number | null | undefined
}

/** The other side's words decide; the provider's own type bounds them, and speaks where they say nothing. */
export function bounceOf(diagnostic: Diagnostic, says: ProviderSays): Bounce {
  const text = cleanReply(withoutAddresses(withoutPrefix(diagnostic.text ?? '')))
  const status = statusIn(diagnostic.status ?? text)
  const code = codeOf(diagnostic.code, text)
  const told =
    text === '' && status === null ? says.otherwise : classifyReply({ text, status, code })
  const { verdict, reason } =
    told.verdict === 'ignore' || told.reason === 'unknown' ? says.otherwise : told
  const bounded = verdict === 'hard' && says.worst === 'soft' ? 'soft' : verdict
  return { kind: 'bounce', verdict: bounded, reason, status, code, text }
}

/** What it is, whatever the text says: the provider is still trying, or never tried. */
export function knownBounce({ text }: Diagnostic, classified: Classified): Bounce {
  const line = cleanReply(withoutAddresses(withoutPrefix(text ?? '')))
  return {
    kind: 'bounce',
    ...classified,
    status: statusIn(line),
    code: codeOf(null, line),
    text: line,
  }
}

/** "smtp; 550 5.1.1 …" (RFC 3464 2.3.6). */
function withoutPrefix(text: string): string {
  return text.replace(/^\s*smtp;\s*/i, '')
}

/** Providers put numbers of their own in its place, such as 605: those are no replies. */
function codeOf(code: number | null | undefined, text: string): number | null {
  const said = code ?? Number(/^[245]\d\d(?=[ -]|$)/.exec(text)?.[0] ?? Number.NaN)
  return Number.isInteger(said) && said >= 200 && said < 600 ? said : null
}
