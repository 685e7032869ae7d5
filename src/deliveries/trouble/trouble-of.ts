import { classifyReply } from '#mail/returned/classify.ts'
import type { BounceReason } from '#mail/returned/returned.ts'
import type { Fate } from '../outcome-store.ts'

/** What is wrong with us, and the words that say so. */
export type OurTrouble = { reason: BounceReason; text: string }

/** Undefined when the answer is not about us. */
export function troubleOf(fate: Fate): OurTrouble | undefined {
  if (fate.kind !== 'rejected') return undefined
  const { code, reply: text, blame } = fate
  const { verdict, reason } = classifyReply({ code, text })
  if (verdict === 'ours') return { reason, text }
  return blame === 'sender' ? { reason: 'policy', text } : undefined
}
