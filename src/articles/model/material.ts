import { createHash } from 'node:crypto'
import type { ArticleText } from '../article.ts'
import { splitSentences } from '../languages/split-sentences.ts'
import { hasAddress } from './address.ts'
import { speaksToModel } from './speaks-to-model.ts'

/** A sentence that a model is shown, and its place in the article. */
export type Numbered = { text: string; paragraph: number; start: number; end: number }

/** What a model is shown of an article, and all that its answer may lean on. */
export type Material = {
  language: string
  headline: string
  /** Shown with numbers from 1. */
  sentences: Numbered[]
}

// The facts of a summary stand at the beginning; the end of a long read must not cost a day's tokens.
const MOST_CHARACTERS = 8000
const MOST_SENTENCES = 60
const LONGEST_SENTENCE = 800

export function materialOf({
  headline,
  language,
  paragraphs,
}: Pick<ArticleText, 'headline' | 'language' | 'paragraphs'>): Material {
  const sentences: Numbered[] = []
  let characters = 0
  for (const [paragraph, text] of paragraphs.slice(0, MOST_SENTENCES * 2).entries()) {
    if (isOrdered(paragraphs, paragraph)) continue
    for (const { text: sentence, start, end } of splitSentences(text, language)) {
      characters += sentence.length
      if (characters > MOST_CHARACTERS || sentences.length === MOST_SENTENCES)
        return { headline: headlineOf(headline), language, sentences }
      if (sentence.length <= LONGEST_SENTENCE && !hasAddress(sentence))
        sentences.push({ text: sentence, paragraph, start, end })
    }
  }
  return { headline: headlineOf(headline), language, sentences }
}

/** A paragraph with an order in it, and the one behind it, where the claim to be spread may stand by itself. */
function isOrdered(paragraphs: readonly string[], at: number): boolean {
  return [paragraphs[at], paragraphs[at - 1]].some(
    (text) => text !== undefined && speaksToModel(text),
  )
}

function headlineOf(headline: string): string {
  return speaksToModel(headline) ? '' : headline
}

/** The same for the same words, wherever they came from. */
export function contentHashOf({ language, headline, sentences }: Material): string {
  return createHash('sha256')
    .update(JSON.stringify([language, headline, sentences.map(({ text }) => text)]))
    .digest('hex')
}
