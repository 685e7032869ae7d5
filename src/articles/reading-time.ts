import { wordsIn } from './reading/clean-text.ts'

const WORDS_A_MINUTE = 230

export function readingMinutes(paragraphs: readonly string[]): number {
  return Math.max(1, Math.round(wordsIn(paragraphs.join(' ')).length / WORDS_A_MINUTE))
}
