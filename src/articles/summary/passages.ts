import type { ArticleText } from '../article.ts'
import { datelineOf } from '../reading/dateline.ts'
import { splitSentences } from '../split-sentences.ts'

/** One sentence, or the sentences that one quotation holds together. */
export type Passage = {
  index: number
  paragraph: number
  start: number
  end: number
  text: string
  words: number
  /** A finished statement with every quotation closed: fit to stand in a summary. */
  whole: boolean
  /** Refers to what stands before it, and reads well only right after it. */
  leaning: boolean
}

// A summary is found near the top; an archive page must not cost more than an article.
const MAX_PARAGRAPHS = 120

export function passagesOf({
  paragraphs,
  language,
}: Pick<ArticleText, 'paragraphs' | 'language'>): Passage[] {
  const passages: Passage[] = []
  const labelled = labelledIn(paragraphs)
  for (const [paragraph, text] of paragraphs.slice(0, MAX_PARAGRAPHS).entries()) {
    // After a colon stands a quotation, or a list.
    const foreign = labelled(text) || (paragraphs[paragraph - 1]?.endsWith(':') ?? false)
    for (const span of quotedTogether(text, language)) {
      const before = passages.at(-1)
      passages.push({
        ...placed(span),
        index: passages.length,
        paragraph,
        words: span.text.split(/\s+/).length,
        whole: !foreign && !span.open && !labelled(span.text) && isWhole(span.text),
        leaning: leans(span.text, {
          before: before?.paragraph === paragraph ? before.text : '',
          opens: before === undefined,
        }),
      })
    }
  }
  return passages
}

const LABEL = /^(Q|A|\p{Lu}[\p{L}.’'-]*(?: \p{Lu}[\p{L}.’'-]*){0,3}): /u

/** Tells what is somebody's answer, as in "Q: …"; one "NEW DELHI: …" that opens an article is a dateline. */
function labelledIn(paragraphs: readonly string[]): (text: string) => boolean {
  const [first = ''] = paragraphs
  const alone = paragraphs.slice(0, MAX_PARAGRAPHS).filter((text) => LABEL.test(text)).length === 1
  const isDateline = alone && /^\p{Lu}{2}[^\p{Ll}:]*: /u.test(first)
  return (text) => LABEL.test(text) && !(isDateline && first.startsWith(text))
}

type Span = { text: string; start: number; end: number; open: boolean }

function placed({ text, start, end }: Span): Pick<Passage, 'text' | 'start' | 'end'> {
  return { text, start, end }
}

/** Sentences in order, those inside one quotation as one; a dateline is not part of the first. */
function quotedTogether(paragraph: string, language: string): Span[] {
  const skipped = datelineOf(paragraph).length
  const quotations = singleQuotations(paragraph)
  const inQuotation = (at: number) => quotations.some(([from, to]) => from < at && at < to)
  const spans: Span[] = []
  let open: number | undefined
  for (const { start, end } of splitSentences(paragraph.slice(skipped), language)) {
    const from = open ?? start + skipped
    const text = paragraph.slice(from, end + skipped)
    if (quoteIsOpen(text) || inQuotation(end + skipped)) {
      open = from
    } else {
      spans.push({ text, start: from, end: end + skipped, open: false })
      open = undefined
    }
  }
  // A quotation that goes on in the next paragraph: never whole.
  if (open !== undefined) {
    const text = paragraph.slice(open).trimEnd()
    spans.push({ text, start: open, end: open + text.length, open: true })
  }
  return spans
}

// From a straight quote before a word to the last one that ends none, over "don't" and "the teachers' union".
const SINGLE_QUOTED =
  /(?<![^\s(:,—–-])'(?=\p{L})(?:[^']|(?<=\S)'){1,2000}(?<=\S)'(?![\p{L}\p{N}])/gu
const SINGLE_UNCLOSED = /(?<=[:,] )'(?=\p{Lu})/gu

/** From where to where straight single quotes hold; one that never closes holds to the end. */
function singleQuotations(paragraph: string): [from: number, to: number][] {
  const closed = [...paragraph.matchAll(SINGLE_QUOTED)].map(
    ({ index, 0: { length } }): [number, number] => [index, index + length],
  )
  const unclosed = [...paragraph.matchAll(SINGLE_UNCLOSED)]
    .filter(({ index }) => !closed.some(([from, to]) => from <= index && index < to))
    .map(({ index }): [number, number] => [index, Number.POSITIVE_INFINITY])
  return [...closed, ...unclosed]
}

/** Whether a quotation begun in the text is not closed in it. */
function quoteIsOpen(text: string): boolean {
  const straight = text.match(/"/g)?.length ?? 0
  if (straight % 2 === 1) return true
  if (count(text, /[“«„]/g) > count(text, /[”»]/g) + count(text, /(?<=„[^“„]*)“/g) * 2) return true
  return count(text, /(?<![\p{L}\p{N}])‘(?=[\p{L}\p{N}])/gu) > count(text, /(?<=\S)’(?!\p{L})/gu)
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

function isWhole(text: string): boolean {
  const words = text.split(/\s+/).length
  if (words < 6 || quoteIsOpen(text) || !/[.!?…。！？][”"’»“)\]]*$/.test(text)) return false
  if (/\?[”"’»)]*$/.test(text) || /^[”»)\],;–—-]/.test(text)) return false
  if (count(text, /[”»]/g) > count(text, /[“«„]/g)) return false
  return (
    outsideQuotes(text)
      .split(/\s+/)
      .filter((word) => /\p{L}/u.test(word)).length >= 2
  )
}

function outsideQuotes(text: string): string {
  return text.replace(/"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»/g, ' ').replace(SINGLE_QUOTED, ' ')
}

const POINTS_BACK =
  /^["“„«‘']?(he|she|it|they|this|that|these|those|his|her|hers|its|their|theirs|we|our|i|my|such|both|another|others|each|neither|none|of (that|this|those|these|them)|the (others?|rest|latter|same)|but|and|or|so|yet|then|nor|still|however|meanwhile|moreover|instead|also|additionally|furthermore|otherwise|nevertheless|nonetheless|thus|therefore|indeed|similarly|likewise|asked|er|sie|es|dies|dieser|diese|dieses|das sei|doch|aber|und|dabei|dazu|dafür|damit|deshalb|daher|denn|il|elle|ils|elles|ce|cela|mais|et|él|ella|esto|pero)\b(?!['’]s? party)/iu
const POINTS_BACK_SOON = /^(?:\S+ ){0,5}(also|such an?|the latter|in turn|as well)\b/i
const PRONOUN = /\b(it|its|they|them|their|he|him|his|she|her)\b/i
const PRONOUN_SPEAKS =
  /\b(he|she|they|it|we) (also )?(said|says|told|added|adds|wrote|asked|explained|continued|recalled|noted|warned|insisted|argued)\b|\b(said|says|added|sagte|so) (he|she|they|er|sie)\b/i

/** `before` is the passage before it in its paragraph; the passage that opens an article has only its start to lean with. */
function leans(text: string, { before, opens }: { before: string; opens: boolean }): boolean {
  if (POINTS_BACK.test(text)) return true
  if (opens) return false
  if (POINTS_BACK_SOON.test(text)) return true
  if (PRONOUN_SPEAKS.test(outsideQuotes(text)) && !namesSpeaker(text)) return true
  if (text.split(' ').length <= 15 && PRONOUN.test(outsideQuotes(text))) return true
  // "The source told …" after "One of the sources …"
  const [, noun] = /^The (\p{Ll}{4,})\b/u.exec(text) ?? []
  return noun !== undefined && before.toLowerCase().includes(noun.slice(0, 6))
}

/** Whether someone is named outside the quotation before a pronoun speaks. */
function namesSpeaker(text: string): boolean {
  return /^\P{L}*\p{L}+ .*\p{Lu}\p{Ll}+/u.test(outsideQuotes(text)) && !/^["“„«‘]/.test(text)
}
