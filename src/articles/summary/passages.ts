import type { ArticleText } from '../article.ts'
import { splitSentences } from '../languages/split-sentences.ts'
import { countWords, spacedWords } from '../languages/words.ts'
import { datelineOf } from '../reading/dateline.ts'
import { leans, quotesNobody } from './leaning.ts'
import { outsideQuotes, quoteClosesAlone, quoteIsOpen, singleQuotations } from './quotations.ts'

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
        words: countWords(span.text),
        whole:
          !foreign &&
          !span.open &&
          !labelled(span.text) &&
          isWhole(span.text) &&
          !quotesNobody(span.text, language),
        leaning: leans(span.text, {
          before: before?.paragraph === paragraph ? before.text : '',
          opens: before === undefined,
          language,
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

const FINISHED = /[.!?…。！？؟۔।։][”"’»“«」』)）\]]*$/u
const ASKS = /[?？؟][”"’»“«」』)）]*$|[\p{Script=Greek}];$/u

function isWhole(text: string): boolean {
  if (countWords(text) < 6 || quoteIsOpen(text) || quoteClosesAlone(text)) return false
  // Thai has no full stop.
  if (!FINISHED.test(text) && !/\p{Script=Thai}$/u.test(text)) return false
  if (ASKS.test(text) || /^[”)\],;–—、，。-]/.test(text)) return false
  return spacedWords(outsideQuotes(text)).filter((word) => /\p{L}/u.test(word)).length >= 2
}
