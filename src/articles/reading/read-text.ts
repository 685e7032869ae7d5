import type { ArticleText } from '../article.ts'
import { withoutAdvertisements } from './advertisement.ts'
import { isAuthorNote } from './chrome.ts'
import { cleanLine, foldedWords, wordsIn } from './clean-text.ts'
import { readDate } from './dates.ts'
import { takeEmbargo } from './embargo.ts'
import { finishArticle } from './finish.ts'
import { paragraphsOfText } from './paragraphs.ts'
import { splitSentences } from '../languages/split-sentences.ts'
import { bodyLines } from './text-body.ts'
import { type Line, lineOf } from './text-chrome.ts'

const MAX_LINES = 5_000

/** An article in plain text: written as such, or the text of a whole page with all that stands around. */
export function readText(pasted: string, url: string | null): ArticleText {
  const { text, until } = takeEmbargo(pasted)
  const lines = withoutAdvertisements(paragraphsOfText(text).slice(0, MAX_LINES).map(lineOf))
  const publisher = publisherOf(lines)
  const start = startOf(lines)
  const headline = headlineOf(lines, { start, publisher })
  const standfirst = standfirstOf(lines, start, headline)
  const head = lines.slice(0, start + 3)
  const body = bodyLines(lines.slice(standfirst.bodyStart)).filter(
    (line) => foldedWords(line.text) !== foldedWords(headline?.text ?? ''),
  )
  return finishArticle({
    metadata: {
      headline: headline?.text ?? firstSentence(body),
      standfirst: standfirst.text,
      byline: bylineOf(head),
      publisher,
      publishedAt: readDate(
        head.find((line) => isDated(line.kind) && readDate(line.text) !== null)?.text,
      ),
      language: null,
      url: null,
      guid: null,
      image: null,
      topics: [],
      body: null,
      embargoUntil: until,
    },
    paragraphs: withoutAuthorNotes(body.map((line) => line.text)),
    url,
  })
}

/** Where the prose begins: its first paragraph that is no headline written as a sentence. */
function startOf(lines: readonly Line[]): number {
  const first = lines.findIndex(isLead)
  const line = lines[first]
  if (line === undefined) return lines.length
  const follows = lines.findIndex((other, index) => index > first && isLead(other))
  const named = lines.slice(0, first).some(couldBeHeadline)
  return named || line.words > 25 || follows === -1 ? first : follows
}

function isLead({ kind, words }: Line): boolean {
  return kind === 'prose' && words >= 12
}

function couldBeHeadline({ kind, text, words }: Line): boolean {
  return (kind === 'line' || kind === 'prose') && words <= 40 && (words >= 3 || text.length >= 20)
}

/** The line above the body that shares most words with it; the first of equals; never the site's name. */
function headlineOf(
  lines: readonly Line[],
  { start, publisher }: { start: number; publisher: string | null },
): Line | undefined {
  const prose = lines.slice(start).filter(({ kind }) => kind === 'prose')
  const body = new Set(prose.slice(0, 6).flatMap(({ text }) => contentWords(text)))
  const site = foldedWords(publisher ?? '')
  let best: Line | undefined
  let bestScore = Number.NEGATIVE_INFINITY
  for (const line of lines.slice(0, start).filter(couldBeHeadline)) {
    if (foldedWords(line.text) === site) continue
    const words = contentWords(line.text)
    const shared = words.filter((word) => body.has(word)).length
    const score = shared / (words.length + 2) + (line.words >= 5 && line.words <= 25 ? 0.2 : 0)
    if (score > bestScore + 0.25) [best, bestScore] = [line, score]
  }
  return best
}

/** Words that carry meaning, cut to a stem that survives plural and tense. */
function contentWords(text: string): string[] {
  return wordsIn(text.toLowerCase())
    .filter((word) => word.length > 3)
    .map((word) => word.slice(0, 5))
}

/** A sentence between the headline and the byline or date is the standfirst, and so is a long line. */
function standfirstOf(
  lines: readonly Line[],
  start: number,
  headline: Line | undefined,
): { text: string | null; bodyStart: number } {
  const from = headline === undefined ? start : lines.indexOf(headline) + 1
  const above = lines
    .slice(from, start)
    .find(({ kind, words }) => (kind === 'line' && words >= 8) || (kind === 'prose' && words >= 5))
  if (above !== undefined) return { text: above.text, bodyStart: start }
  const second = lines.findIndex((line, index) => index > start && line.kind === 'prose')
  const between = lines
    .slice(start + 1, Math.max(second, start + 1))
    .filter(({ kind }) => kind === 'line' || isDated(kind))
  const credited = between.length <= 5 && between.some(({ kind }) => isDated(kind))
  const first = lines[start]
  if (!credited || first === undefined || first.words > 45) return { text: null, bodyStart: start }
  return { text: first.text, bodyStart: start + 1 }
}

function isDated(kind: Line['kind']): boolean {
  return kind === 'byline' || kind === 'date'
}

function bylineOf(head: readonly Line[]): string | null {
  const line = head.find(({ kind }) => kind === 'byline')?.text
  if (line === undefined) return null
  const [name = ''] = line
    .replace(/^(by|von|por|par|di|af|door|av)\s+/i, '')
    .split(/\s*[|•·]\s*|,?\s+\d/)
  return name
}

/** From a footer such as "© 2026 The Harbour Courier, Privacy Policy". */
function publisherOf(lines: readonly Line[]): string | null {
  const footer =
    /(?:©|\(c\)|\bcopyright\b)\s*(?:©|\(c\)|by)?\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?,?\s*(?:by\s+)?(\p{Lu}[^,|·•.–—©]{1,59}?)\s*(?:[,|·•–—©]|\.(?:\s|$)|$|\b(?:all rights|alle rechte|tous droits)\b)/iu
  const names = lines.flatMap(({ text }) => {
    const name = footer.exec(text)?.[1]
    return name === undefined || /^(all|alle|tous) /i.test(name) || /^[^\p{Lu}]/u.test(name)
      ? []
      : [name]
  })
  return names.at(-1) ?? null
}

function firstSentence(body: readonly Line[]): string | null {
  const first = body[0]?.text
  if (first === undefined) return null
  return cleanLine(splitSentences(first, 'en')[0]?.text ?? first, 140)
}

function withoutAuthorNotes(paragraphs: readonly string[]): string[] {
  const last = paragraphs.findLastIndex((text, index) => index < 3 || !isAuthorNote(text))
  return paragraphs.slice(0, last + 1)
}
