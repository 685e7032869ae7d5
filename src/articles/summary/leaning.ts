import { countWords } from '../languages/words.ts'
import { LEANING, type Leaning } from './leaning-words.ts'
import { outsideQuotes } from './quotations.ts'

type Beside = {
  /** What stands before it in its paragraph. */
  before: string
  /** The passage opens the article, and has only its start to lean with. */
  opens: boolean
  language: string
}

/** Whether a passage refers to what stands before it. */
export function leans(text: string, { before, opens, language }: Beside): boolean {
  const words = leaningOf(language)
  if (words === undefined) return false
  if (words.starts.test(text)) return true
  return !opens && (pronounSpeaks(text, words) || pointsBack(text, words, before))
}

function pronounSpeaks(text: string, { says, dropsPronouns }: Leaning): boolean {
  const own = outsideQuotes(text)
  if (says.test(own) && !namesSpeaker(text)) return true
  return dropsPronouns === true && speaksUnnamed(text, own)
}

function pointsBack(text: string, { soon, pronoun, noun }: Leaning, before: string): boolean {
  if (soon?.test(text) === true) return true
  if (pronoun?.test(outsideQuotes(text)) === true && countWords(text) <= 15) return true
  return noun !== undefined && repeatsNoun(text, before, noun)
}

/** A quotation that only "he said" stands beside. */
export function quotesNobody(text: string, language: string): boolean {
  const words = leaningOf(language)
  return words !== undefined && /["“”„«»「]/.test(text) && pronounSpeaks(text, words)
}

function leaningOf(language: string): Leaning | undefined {
  const [base = ''] = language.toLowerCase().split('-')
  return LEANING.get(base)
}

/** Whether someone is named outside the quotation before a pronoun speaks. */
function namesSpeaker(text: string): boolean {
  return /^\P{L}*\p{L}+ .*\p{Lu}\p{Ll}+/u.test(outsideQuotes(text)) && !/^["“„«»‘「]/.test(text)
}

/** „…“, ha aggiunto: the verb alone says that somebody speaks, not who. */
function speaksUnnamed(text: string, own: string): boolean {
  return /^["“„«»‘–—]/.test(text) && !/\p{Lu}/u.test(own) && countWords(own) < 4
}

/** "The source told …" after "One of the sources …" */
function repeatsNoun(text: string, before: string, pattern: RegExp): boolean {
  const [, noun] = pattern.exec(text) ?? []
  return noun !== undefined && before.toLowerCase().includes(noun.slice(0, 6))
}
