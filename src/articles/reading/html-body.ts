import { Readability } from '@mozilla/readability'
import { type Block, blocksOf } from './blocks.ts'
import { filterBlocks } from './block-filter.ts'
import { foldedWords } from './clean-text.ts'
import { type HtmlDocument, parsePage } from './dom.ts'
import { dropComments } from './drop-comments.ts'
import { preClean } from './pre-clean.ts'

/** The body of an article's page, paragraph by paragraph. */
export function bodyOfPage(html: string, publishersBody: string): string[] {
  const found = agreedArticle(html)
  if (found === null) return []
  const root = parsePage(`<!doctype html><html><body>${found.content}</body></html>`)
  const body = root.querySelector('body')
  if (body === null) return []
  const blocks = filterBlocks(blocksOf(body), found.title)
  return agreedBlocks(blocks, publishersBody).map(({ text }) => text)
}

type Found = { title: string; content: string; words: string }

/**
 * Readability on the pre-cleaned page. Cleaning may only shrink what Readability finds on the page
 * as it came, never move it elsewhere.
 */
function agreedArticle(html: string): Found | null {
  const asCame = readable(pageOf(html))
  const page = pageOf(html)
  preClean(page)
  const cleaned = readable(page)
  if (asCame === null || cleaned === null) return cleaned ?? asCame
  if (asCame.words.length <= 200)
    return cleaned.words.length >= asCame.words.length ? cleaned : asCame
  const shrunk = cleaned.words.length < 0.5 * asCame.words.length
  return shrunk || shareInside(cleaned.words, asCame.words, { run: 5, step: 5 }) < 0.6
    ? asCame
    : cleaned
}

function pageOf(html: string): HtmlDocument {
  const page = parsePage(html)
  dropComments(page)
  return page
}

function readable(page: HtmlDocument): Found | null {
  const found = new Readability(page, { keepClasses: true }).parse()
  if (found === null) return null
  return {
    title: found.title ?? '',
    content: found.content ?? '',
    words: foldedWords(found.textContent ?? ''),
  }
}

type Run = { run: number; step: number }

/** The share of runs of words of one text that stand in the other. */
function shareInside(words: string, other: string, { run, step }: Run): number {
  return shareAmong(words, runsOf(other, { run, step: 1 }), { run, step })
}

function shareAmong(words: string, known: ReadonlySet<string>, how: Run): number {
  const runs = [...runsOf(words, how)]
  return runs.filter((each) => known.has(each)).length / runs.length
}

function runsOf(words: string, { run, step }: Run): Set<string> {
  const list = words.split(' ')
  const runs = new Set<string>()
  for (let at = 0; at + run <= Math.max(list.length, run); at += step)
    runs.add(list.slice(at, at + run).join(' '))
  return runs
}

/** Where the publisher's own JSON-LD carries most of this body, only what it knows is the body. */
function agreedBlocks(blocks: Block[], publishersBody: string): Block[] {
  if (publishersBody.length <= 400) return blocks
  const body = foldedWords(publishersBody)
  const known = runsOf(body, { run: 4, step: 1 })
  const isKnown = ({ text, words }: Block) =>
    words < 4
      ? body.slice(0, 100_000).includes(foldedWords(text))
      : shareAmong(foldedWords(text), known, { run: 4, step: 2 }) > 0.5
  const hits = new Set(blocks.filter(isKnown))
  const characters = length([...hits])
  if (characters <= 0.75 * publishersBody.length || characters <= 0.6 * length(blocks))
    return blocks
  const first = blocks.findIndex((block) => hits.has(block))
  const last = blocks.findLastIndex((block) => hits.has(block))
  const between = (index: number) => index > first && index < last
  return blocks.filter((block, index) => hits.has(block) || (between(index) && isPartOfText(block)))
}

function isPartOfText({ tag, inQuote, inList }: Block): boolean {
  return /^H[1-6]$/.test(tag) || inQuote || inList
}

function length(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0)
}
