import type { Doubt, Evidence, Read } from '../evidence.ts'
import { isContent } from '../words.ts'

/** The share of its words that a sentence must have from the sentences that it names. */
const LEAST_SHARE = 0.4

export function doubtSupport(said: Read, { cited, near, headline }: Evidence): Doubt | undefined {
  const keys = [...said.keys]
  if (keys.length === 0) return { kind: 'support', reason: 'a sentence says nothing' }
  const words = new Set(said.words.filter(isContent).map(({ key }) => key))
  const known = [...words].filter((key) => cited.some((source) => source.keys.has(key)))
  // A name may stand a sentence before, where the named one says "he".
  const named = [...words].filter(
    (key) => !known.includes(key) && [...near, headline].some((source) => source.keys.has(key)),
  )
  const share = (known.length + named.length / 2) / words.size
  if (share >= LEAST_SHARE) return undefined
  return {
    kind: 'support',
    reason: `only ${Math.round(share * 100)} % of a sentence is in the sentences that it names`,
  }
}
