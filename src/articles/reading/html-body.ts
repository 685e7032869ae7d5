import { filterBlocks } from './block-filter.ts'
import { type Block, blocksOf, isHeading } from './blocks.ts'
import { foldedWords, wordsIn } from './clean-text.ts'
import { parsePage } from './dom.ts'
import { type FoundArticle, findArticle } from './found-article.ts'
import { paragraphsOfText } from './paragraphs.ts'
import { restoreBlocks } from './restore-blocks.ts'
import { richestPart } from './richest-part.ts'
import { runsOf, shareAmong } from './word-runs.ts'

const LEAST_WORDS = 40
const FOUR = { run: 4, step: 2 }

/** The body of an article's page, paragraph by paragraph. */
export function bodyOfPage(html: string, publishersBody: string): string[] {
  const found = findArticle(html)
  const blocks = foundBlocks(found)
  const part = wordsOf(blocks) < LEAST_WORDS ? richestPart(found.page) : []
  const body = filterBlocks(wordsOf(part) > wordsOf(blocks) ? part : blocks, found.title)
  return (
    fullerBody(body, publishersBody) ?? agreedBlocks(body, publishersBody).map(({ text }) => text)
  )
}

function foundBlocks(found: FoundArticle): Block[] {
  if (found.content === '') return []
  const root = parsePage(`<!doctype html><html><body>${found.content}</body></html>`)
  const body = root.querySelector('body')
  return body === null ? [] : restoreBlocks(blocksOf(body), found)
}

function wordsOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { words }) => sum + words, 0)
}

/** The publisher's own JSON-LD, where the page shows only its beginning. */
function fullerBody(blocks: readonly Block[], publishersBody: string): string[] | null {
  const shown = blocks.filter(({ words }) => words >= 5)
  if (wordsIn(publishersBody).length < LEAST_WORDS || length(shown) > publishersBody.length / 2)
    return null
  const known = runsOf(foldedWords(publishersBody), { run: 4, step: 1 })
  const agreed = shown.filter(({ text }) => shareAmong(foldedWords(text), known, FOUR) > 0.5)
  return length(agreed) < length(shown) / 2 ? null : paragraphsOfText(publishersBody)
}

/** Where the publisher's own JSON-LD carries most of this body, only what it knows is the body. */
function agreedBlocks(blocks: Block[], publishersBody: string): Block[] {
  if (publishersBody.length <= 400) return blocks
  const body = foldedWords(publishersBody)
  const known = runsOf(body, { run: 4, step: 1 })
  const isKnown = ({ text, words }: Block) =>
    words < 4
      ? body.slice(0, 100_000).includes(foldedWords(text))
      : shareAmong(foldedWords(text), known, FOUR) > 0.5
  const hits = new Set(blocks.filter(isKnown))
  const characters = length([...hits])
  if (characters <= 0.75 * publishersBody.length || characters <= 0.6 * length(blocks))
    return blocks
  const first = blocks.findIndex((block) => hits.has(block))
  const last = blocks.findLastIndex((block) => hits.has(block))
  const between = (index: number) => index > first && index < last
  return blocks.filter((block, index) => hits.has(block) || (between(index) && isPartOfText(block)))
}

function isPartOfText(block: Block): boolean {
  return isHeading(block) || block.inQuote || block.inList
}

function length(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0)
}
