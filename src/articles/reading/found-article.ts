import { Readability } from '@mozilla/readability'
import { type Block, blocksOf } from './blocks.ts'
import { foldedWords } from './clean-text.ts'
import { type HtmlDocument, parsePage } from './dom.ts'
import { dropComments } from './drop-comments.ts'
import { preClean } from './pre-clean.ts'
import { shareInside } from './word-runs.ts'

/** What Readability finds, empty where it finds nothing, and the page it read. */
export type FoundArticle = {
  title: string
  content: string
  words: string
  page: Block[]
  /** The page as it came, with what cleaning took away. */
  asCame: Block[]
}

/**
 * Readability on the pre-cleaned page. Cleaning may only shrink what Readability finds on the page
 * as it came, never move it elsewhere.
 */
export function findArticle(html: string): FoundArticle {
  const raw = readable(pageOf(html))
  const page = pageOf(html)
  preClean(page)
  const cleaned = { ...readable(page), asCame: raw.page }
  if (raw.words === '' || cleaned.words === '') return cleaned.words === '' ? raw : cleaned
  if (raw.words.length <= 200) return cleaned.words.length >= raw.words.length ? cleaned : raw
  const shrunk = cleaned.words.length < 0.5 * raw.words.length
  return shrunk || shareInside(cleaned.words, raw.words, { run: 5, step: 5 }) < 0.6 ? raw : cleaned
}

function pageOf(html: string): HtmlDocument {
  const page = parsePage(html)
  dropComments(page)
  return page
}

function readable(page: HtmlDocument): FoundArticle {
  // Readability takes the page apart.
  const blocks = blocksOf(page.querySelector('body') ?? page)
  const found = new Readability(page, { keepClasses: true }).parse()
  return {
    title: found?.title ?? '',
    content: found?.content ?? '',
    words: foldedWords(found?.textContent ?? ''),
    page: blocks,
    asCame: blocks,
  }
}
