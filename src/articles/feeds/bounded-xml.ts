import { Refusal } from '#errors.ts'
import { MOST_ITEMS } from './feed.ts'

/** Of the collection of broken feeds none is deeper than 40; the lenient parser took 20 s for a depth of 100,000. */
const DEEPEST = 2000

/**
 * The document with its first items only, and how many were cut: parsers look through all items for each of them, which
 * took minutes for 100,000.
 * @throws Refusal for tags too deep in each other
 */
export function boundXml(xml: string): { xml: string; cut: number } {
  refuseDepth(xml)
  const starts = [...xml.matchAll(/<((?:[\w-]{1,20}:)?(?:item|entry))[\s>]/gi)]
  const first = starts[MOST_ITEMS]
  if (first === undefined) return { xml, cut: 0 }
  const end = xml.lastIndexOf(`</${first[1]}`)
  const rest = end > first.index ? xml.slice(xml.indexOf('>', end) + 1) : ''
  return { xml: xml.slice(0, first.index) + rest, cut: starts.length - MOST_ITEMS }
}

function refuseDepth(xml: string): void {
  let depth = 0
  for (const [whole, slash, end] of xml.matchAll(
    /<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->|<(\/?)[a-z][^<>]*?(\/?)>/gi,
  )) {
    if (whole.startsWith('<!') || end === '/') continue
    depth = slash === '/' ? Math.max(0, depth - 1) : depth + 1
    if (depth > DEEPEST)
      throw new Refusal('This feed is built too deep to be read. Ask the publisher to mend it.', {
        field: 'url',
      })
  }
}
