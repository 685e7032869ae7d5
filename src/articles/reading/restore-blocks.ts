import { type Block, type Box, commonBox, isHeading, isWithin } from './blocks.ts'
import { isChromeCue } from './chrome.ts'
import { endsLikeSentence, foldedWords } from './clean-text.ts'
import type { FoundArticle } from './found-article.ts'
import { headsAside, headsReaders } from './furniture-words.ts'

const MOST_LEAD = 2

/** What was found of an article, with the prose of the page that it left out between, above and below. */
export function restoreBlocks(
  found: readonly Block[],
  { title, page, asCame }: Pick<FoundArticle, 'title' | 'page' | 'asCame'>,
): Block[] {
  const places = placesOf(found, page)
  const anchors = [...places.keys()].filter((index) => (page[index]?.words ?? 0) >= 5)
  const [first, last] = [anchors[0], anchors.at(-1)]
  if (first === undefined || last === undefined) return [...found]
  const lead = leadOf(asCame, { title, found })
  const isBeside = neighbourhood(anchors.flatMap((index) => page[index] ?? []))
  const tail = tailOf(page.slice(last + 1), isBeside)
  const added = new Map<number, Block[]>()
  let after = -1
  for (let index = first; index <= last; index++) {
    const block = page[index]
    const place = places.get(index)
    if (place !== undefined) after = Math.max(after, place)
    else if (block !== undefined && isBeside(block) && isText(block, 5))
      added.set(after, [...(added.get(after) ?? []), block])
  }
  return [
    ...lead,
    ...(added.get(-1) ?? []),
    ...found.flatMap((block, index) => [block, ...(added.get(index) ?? [])]),
    ...tail,
  ]
}

/** Where the page's blocks stand in what was found. */
function placesOf(found: readonly Block[], page: readonly Block[]): Map<number, number> {
  const waiting = new Map<string, number[]>()
  for (const [index, { text }] of found.entries()) {
    const key = foldedWords(text)
    waiting.set(key, [...(waiting.get(key) ?? []), index])
  }
  const places = new Map<number, number>()
  for (const [index, { text }] of page.entries()) {
    const place = waiting.get(foldedWords(text))?.shift()
    if (place !== undefined) places.set(index, place)
  }
  return places
}

/**
 * The lead between the headline and what was found. English papers set beside the text a standfirst that is no part of
 * it (of 67 pages 19, and none of them counted it in); elsewhere the lead tells what the text does not tell again.
 */
function leadOf(
  page: readonly Block[],
  { title, found }: { title: string; found: readonly Block[] },
): Block[] {
  const known = new Set(found.map(({ text }) => foldedWords(text)))
  const first = page.findIndex((block) => block.words >= 5 && known.has(foldedWords(block.text)))
  const name = foldedWords(title)
  const above = page.slice(0, Math.max(0, first))
  const heading = above.findLastIndex(
    ({ tag, text }) => tag === 'H1' || (isHeading({ tag }) && name.includes(foldedWords(text))),
  )
  if (heading === -1) return []
  const lead = above.slice(heading + 1).filter((block) => isText(block, 8))
  // More than a lead was skipped: something else on the page was taken for the article.
  return lead.length <= MOST_LEAD && isEnglish(found) ? [] : lead
}

function isEnglish(blocks: readonly Block[]): boolean {
  const words = foldedWords(blocks.map(({ text }) => text).join(' ')).split(' ')
  const english = words.filter((word) => /^(the|of|and|to)$/.test(word))
  return english.length > words.length * 0.06
}

/** Beside another stands what is in the same element, or built the same way inside the same container. */
function neighbourhood(anchors: readonly Block[]): (block: Block) => boolean {
  const around = new Set<Box | null>(anchors.map(({ box }) => box.around))
  const shapes = new Set(anchors.map(({ box, tag }) => `${tag} ${box.depth}`))
  const container = commonBox(anchors.map(({ box }) => box))
  return ({ box, tag }) =>
    around.has(box.around) ||
    (container !== null &&
      container.depth > 0 &&
      shapes.has(`${tag} ${box.depth}`) &&
      isWithin(box, container))
}

/** Prose after what was found, beside its paragraphs. */
function tailOf(below: readonly Block[], isBeside: (block: Block) => boolean): Block[] {
  const end = below.findIndex(
    (block) => isHeading(block) || headsAside(block.text) || headsReaders(block.text),
  )
  return below
    .slice(0, end === -1 ? below.length : end)
    .filter((block) => isBeside(block) && isText(block, 10))
}

/** Prose of an article, as far as the block itself can tell. */
export function isText(block: Block, least: number): boolean {
  return (
    block.words >= least &&
    block.linked < 0.5 &&
    block.tag !== 'FIGCAPTION' &&
    endsLikeSentence(block.text) &&
    !isChromeCue(block.text)
  )
}
