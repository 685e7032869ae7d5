import type { ArticleText, Summary, SummarySentence } from './article.ts'
import { foldedWords, wordsIn } from './reading/clean-text.ts'
import { splitSentences } from './split-sentences.ts'
import { type Passage, passagesOf } from './summary/passages.ts'
import { rankPassages } from './summary/ranking.ts'

const COMFORTABLE_WORDS = 45

type Summarised = Pick<ArticleText, 'headline' | 'standfirst' | 'paragraphs' | 'language'>
type Limits = { maxSentences: number; maxWords: number }

/** The few sentences of an article that tell it, in its own words and order. */
export function summarise(
  article: Summarised,
  { maxSentences = 3, maxWords = 60 }: Partial<Limits> = {},
): Summary {
  const limits = { maxSentences, maxWords }
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
): Summary {
  const longest = Math.min(COMFORTABLE_WORDS, limits.maxWords)
  const fitting = usable.filter(({ words }) => words <= longest)
  const picked = rankPassages({ passages, usable: fitting, language: article.language, ...limits })
  if (picked.length > 0) return { method: 'extractive', sentences: inSentences(picked, limits) }
  if (article.standfirst !== null) return fromStandfirst(article, article.standfirst, limits)
  return { method: 'extractive', sentences: leadOf(usable, passages, limits).map(place) }
}

function fromStandfirst(
  { language }: Summarised,
  standfirst: string,
  { maxSentences, maxWords }: Limits,
): Summary {
  const sentences: SummarySentence[] = []
  let words = 0
  for (const sentence of splitSentences(standfirst, language).slice(0, maxSentences)) {
    words += wordCount(sentence.text)
    if (sentences.length > 0 && words > maxWords) break
    sentences.push({ ...sentence, paragraph: -1 })
  }
  return { method: 'standfirst', sentences }
}

/** For an article too short to choose from: its first passages, as many as fit. */
function leadOf(
  usable: readonly Passage[],
  passages: readonly Passage[],
  { maxSentences, maxWords }: Limits,
): Passage[] {
  const from = usable.length > 0 ? usable : passages
  const picked: Passage[] = []
  let words = 0
  for (const passage of from) {
    words += passage.words
    if (picked.length === maxSentences || (picked.length > 0 && words > maxWords)) break
    picked.push(passage)
  }
  return picked
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

function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length
}
