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
  for (const [paragraph, text] of paragraphs.slice(0, MAX_PARAGRAPHS).entries())
    for (const span of quotedTogether(text, language)) {
      const before = passages.at(-1)
      passages.push({
        ...span,
        index: passages.length,
        paragraph,
        words: span.text.split(/\s+/).length,
        whole: isWhole(span.text),
        leaning: leans(span.text, {
          before: before?.paragraph === paragraph ? before.text : '',
          opens: before === undefined,
        }),
      })
    }
  return passages
}

type Span = { text: string; start: number; end: number }

/** Sentences in order, those inside one quotation as one; a dateline is not part of the first. */
function quotedTogether(paragraph: string, language: string): Span[] {
  const skipped = datelineOf(paragraph).length
  const spans: Span[] = []
  let open: number | undefined
  for (const { start, end } of splitSentences(paragraph.slice(skipped), language)) {
    const from = open ?? start + skipped
    const text = paragraph.slice(from, end + skipped)
    if (quoteIsOpen(text)) {
      open = from
    } else {
      spans.push({ text, start: from, end: end + skipped })
      open = undefined
    }
  }
  // A quotation that goes on in the next paragraph: never whole.
  if (open !== undefined) {
    const text = paragraph.slice(open).trimEnd()
    spans.push({ text, start: open, end: open + text.length })
  }
  return spans
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
  return text.replace(/"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»/g, ' ')
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
