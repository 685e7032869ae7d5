import type { Doubt, Evidence, Read } from '../evidence.ts'
import { type Quantity, saysSame } from '../quantities.ts'
import { isContent } from '../words.ts'

/** Every number is in a sentence that is named, and counts there what it counts here. */
export function doubtNumbers(said: Read, { cited, headline }: Evidence): Doubt | undefined {
  for (const quantity of said.quantities) {
    if (isWordOne(quantity)) continue
    const known = [...cited, headline].some(({ quantities }) =>
      quantities.some((other) => saysSame(quantity, other)),
    )
    if (!known)
      return {
        kind: 'number',
        reason: `the number "${quantity.said}" is not in the sentences that it names`,
      }
    const noun = countedBy(said, quantity)
    if (noun !== undefined && countsOtherwise(cited, quantity, noun))
      return { kind: 'number', reason: `"${quantity.said}" counts something else in the article` }
  }
  return undefined
}

/** "one" is mostly no number. */
function isWordOne({ values, said }: Quantity): boolean {
  return values[0] === 1 && !/\d/.test(said)
}

/** The key of the word that a number counts: the first content word behind it, if it follows at once. */
function countedBy({ words, text }: Read, quantity: Quantity): string | undefined {
  const after = words.find(({ start }) => start >= quantity.end)
  if (after === undefined || !isContent(after) || /\d/.test(after.text)) return undefined
  return /^[\s-]*$/.test(text.slice(quantity.end, after.start)) ? after.key : undefined
}

function countsOtherwise(cited: readonly Read[], quantity: Quantity, noun: string): boolean {
  const counts = cited.flatMap((source) =>
    source.quantities.filter((other) => countedBy(source, other) === noun),
  )
  return counts.length > 0 && !counts.some((other) => saysSame(quantity, other))
}
