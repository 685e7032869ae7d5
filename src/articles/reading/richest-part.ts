import { type Block, type Box, isHeading, isWithin } from './blocks.ts'
import { isText } from './restore-blocks.ts'

const SHARE = 0.6

/**
 * The part of a page that holds most of its prose, from its first to its last sentence: for pages where Readability
 * finds nothing, as it reads no hidden page and no prose that is half links.
 */
export function richestPart(page: readonly Block[]): Block[] {
  const prose = page.filter((block) => isText(block, 5))
  const amounts = new Map<Box, number>()
  for (const { box, text } of prose)
    for (let around: Box | null = box; around !== null; around = around.around)
      amounts.set(around, (amounts.get(around) ?? 0) + text.length)
  const all = prose.reduce((sum, { text }) => sum + text.length, 0)
  const [part] = [...amounts]
    .filter(([, amount]) => amount > all * SHARE)
    .map(([box]) => box)
    .toSorted((a, b) => b.depth - a.depth)
  const inside = prose.filter(({ box }) => part !== undefined && isWithin(box, part))
  const chosen = new Set(inside)
  const first = page.findIndex((block) => chosen.has(block))
  const last = page.findLastIndex((block) => chosen.has(block))
  return page
    .slice(Math.max(0, first), last + 1)
    .filter((block) => isHeading(block) || block.inList || isText(block, 3))
}
