import type { ArticleText, Summary, SummarySentence } from './article.ts'
import { foldedWords, wordsIn } from './reading/clean-text.ts'
import { type Passage, passagesOf } from './summary/passages.ts'
import { mattersIn } from './summary/matters.ts'
import { quoteClosesAlone, quoteIsOpen } from './summary/quotations.ts'
import { rankPassages } from './summary/ranking.ts'
import { shortHeadline } from './summary/short-headline.ts'

/** A longer sentence is taken only where none of this length is fit. */
const COMFORTABLE_WORDS = 40
const LONGER = { maxSentences: 6, maxWords: 120 }
/** Beside a relevance of about 1 for the first sentence and 0.3 for the tenth. */
const MATTERS_WEIGHT = 0.3

type Summarised = Pick<ArticleText, 'headline' | 'standfirst' | 'paragraphs' | 'language'> &
  Partial<Pick<ArticleText, 'publisher'>>
type Short = Omit<Summary, 'longer' | 'shortHeadline'> & { longer?: SummarySentence[] | null }
type Limits = { maxSentences: number; maxWords: number }

/** The few sentences of an article that tell it, in its own words and order. */
export function summarise(
  article: Summarised,
  { maxSentences = 3, maxWords = 60 }: Partial<Limits> = {},
): Summary {
  const { headline, publisher = null } = article
  return {
    longer: null,
    ...shorten(article, { maxSentences, maxWords }),
    shortHeadline: shortHeadline(headline, { publisher }),
  }
}

function shorten(article: Summarised, limits: Limits): Short {
  const passages = passagesOf(article)
  const usable = passages.filter(
    (passage) => passage.whole && !repeatsHeadline(passage, article.headline),
  )
  const words = wordsIn(article.paragraphs.join(' ')).length
  if (words >= 60 && usable.length >= 3) return extract(usable, passages, { article, limits })
  if (article.standfirst !== null) return fromStandfirst(article, article.standfirst, limits)
  return { method: 'extractive', sentences: leadOf(usable, passages, limits).map(place) }
}

function extract(
  usable: readonly Passage[],
  passages: readonly Passage[],
  { article, limits }: { article: Summarised; limits: Limits },
): Short {
  const longest = Math.min(COMFORTABLE_WORDS, limits.maxWords)
  const fitting = usable.filter(({ words }) => words <= longest)
  const { language } = article
  const among = { passages, usable: fitting, language }
  const picked = rankPassages({ ...among, ...limits })
  if (picked.length > 0)
    return {
      method: 'extractive',
      sentences: inSentences(picked, limits),
      longer: longerOf(picked, among),
    }
  if (article.standfirst !== null) return fromStandfirst(article, article.standfirst, limits)
  return { method: 'extractive', sentences: leadOf(usable, passages, limits).map(place) }
}

/** The summary, and why it matters: what follows, what was before, who is touched. */
function longerOf(
  chosen: readonly Passage[],
  among: { passages: readonly Passage[]; usable: readonly Passage[]; language: string },
): SummarySentence[] | null {
  const bonus = ({ text }: Passage) => MATTERS_WEIGHT * mattersIn(text, among.language)
  const all = rankPassages({ ...among, ...LONGER, chosen, bonus })
  return all.length === chosen.length ? null : inSentences(all, LONGER)
}

function fromStandfirst(
  { language }: Summarised,
  standfirst: string,
  { maxSentences, maxWords }: Limits,
): Short {
  const sentences: SummarySentence[] = []
  let words = 0
  for (const passage of passagesOf({ paragraphs: [standfirst], language })) {
    words += passage.words
    if (sentences.length === maxSentences || (sentences.length > 0 && words > maxWords)) break
    if (isBroken(passage)) break
    sentences.push({ ...place(passage), paragraph: -1 })
  }
  return { method: 'standfirst', sentences }
}

/** For an article too short to choose from: its first passages, as many as fit. */
function leadOf(
  usable: readonly Passage[],
  passages: readonly Passage[],
  { maxSentences, maxWords }: Limits,
): Passage[] {
  const picked: Passage[] = []
  let words = 0
  for (const passage of fitToLead(usable, passages)) {
    if (passage.leaning && picked.length > 0 && picked.at(-1)?.index !== passage.index - 1) continue
    words += passage.words
    if (picked.length === maxSentences || (picked.length > 0 && words > maxWords)) break
    picked.push(passage)
  }
  return picked
}

/** The best there is to begin with: of a readable length and pointing back to nothing, or else what stands there. */
function fitToLead(usable: readonly Passage[], passages: readonly Passage[]): readonly Passage[] {
  const short = usable.filter(({ words }) => words <= COMFORTABLE_WORDS)
  const all =
    [short, usable, passages.filter((each) => !isBroken(each))].find((each) => each.length > 0) ??
    []
  const first = all.findIndex(({ leaning }) => !leaning)
  return all.slice(Math.max(0, first))
}

/** Half a quotation says what nobody said. */
function isBroken({ text }: Passage): boolean {
  return quoteIsOpen(text) || quoteClosesAlone(text)
}

function inSentences(picked: readonly Passage[], { maxSentences }: Limits): SummarySentence[] {
  return picked
    .toSorted((a, b) => a.index - b.index)
    .slice(0, maxSentences)
    .map(place)
}

function place({ text, paragraph, start, end }: Passage): SummarySentence {
  return { text, paragraph, start, end }
}

/** A sentence that says hardly more than the headline above it. */
function repeatsHeadline({ text }: Passage, headline: string): boolean {
  const own = new Set(foldedWords(text).split(' '))
  const known = new Set(foldedWords(headline).split(' '))
  const fresh = [...own].filter((word) => !known.has(word)).length
  return fresh <= Math.max(1, own.size * 0.25)
}
