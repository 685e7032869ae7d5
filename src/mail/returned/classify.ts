import { type BounceRule, CODE_RULES, WORD_RULES } from './bounce-rules.ts'
import type { Classified } from './returned.ts'

const LONGEST = 2000
const ADDRESS = /<[^<>\s]*@[^<>\s]*>|[^\s"'(<,;:]{1,64}@[\w.-]{1,255}/g
const LINK = /https?:\/\/\S+/g

/** RFC 3463, as it stands in a reply: not the end of a longer number. */
const STATUS = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/

/** What a reply of the other side means, by its words, then by its codes. */
export function classifyReply({
  code,
  text,
  status,
}: {
  code: number | null
  text: string
  status?: string | null
}): Classified {
  const own = status ?? statusIn(text)
  // These two name the sender's address, and their words read as if it were the reader's.
  const aboutSender = /^5\.1\.[78]$/.test(own ?? '')
  const found = (aboutSender ? undefined : classifyWords(text)) ?? classifyCodes(own)
  return found === undefined ? unclear(code) : temper(found, { code, status: own })
}

/** What the words alone say; addresses and links in them may hold any word. */
export function classifyWords(text: string): Classified | undefined {
  const line = text.slice(0, LONGEST).replace(ADDRESS, ' ').replace(LINK, ' ').replace(/\s+/g, ' ')
  return firstOf(WORD_RULES, tellingPart(line.toLowerCase()))
}

/** Postfix begins every refusal of a recipient with the same words; what follows says why. */
function tellingPart(line: string): string {
  return line.replace(/recipient address rejected: (?!access denied)(?=.*[a-z]{3})/, '')
}

export function classifyCodes(status: string | null | undefined): Classified | undefined {
  return status == null ? undefined : firstOf(CODE_RULES, status)
}

export function statusIn(text: string): string | null {
  return STATUS.exec(text)?.[1] ?? null
}

/** An address is given up for a permanent reply only: what may be tried again is not proof. */
export function temper(
  { verdict, reason }: Classified,
  { code, status }: { code: number | null; status: string | null },
): Classified {
  const passing = status === null ? code !== null && code < 500 : status.startsWith('4')
  return verdict === 'hard' && passing ? { verdict: 'soft', reason } : { verdict, reason }
}

function unclear(code: number | null): Classified {
  if (code !== null && code >= 200 && code < 300) return { verdict: 'ignore', reason: 'delivered' }
  return { verdict: 'soft', reason: 'unknown' }
}

function firstOf(rules: readonly BounceRule[], line: string): Classified | undefined {
  const found = rules.find(({ pattern }) => pattern.test(line))
  return found && { verdict: found.verdict, reason: found.reason }
}
