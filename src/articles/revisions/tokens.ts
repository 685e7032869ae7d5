import { withPlainTypography } from '../fingerprint.ts'
import { dateWords, NUMBER_WORDS, relativeDays } from './telling-words.ts'

/** A word or number of a text, with what tells how much hangs on it. */
export type Token = {
  /** As written. */
  text: string
  /** Two tokens with one key say the same: "12" and "twelve", "Ferry" and "ferry". */
  key: string
  paragraph: number
  number: boolean
  date: boolean
  capital: boolean
  startsSentence: boolean
  quoted: boolean
  /** Its neighbour is written with a capital too, and nothing stands between them. */
  beside: boolean
}

const PIECE =
  /(?<number>[-+]?\p{N}+(?:[.,:/]\p{N}+)*%?)|(?<clock>\b[ap]\.\s?m\b\.?)|(?<word>[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*)|(?<mark>[^\s])/gu

export function tokensOf(
  paragraphs: readonly string[],
  { language }: { language: string },
): Token[] {
  return paragraphs.flatMap((paragraph, index) => paragraphTokens(paragraph, { index, language }))
}

type Reading = {
  index: number
  language: string
  quoted: boolean
  starts: boolean
  touching: boolean
}

function paragraphTokens(
  text: string,
  { index, language }: { index: number; language: string },
): Token[] {
  const tokens: Token[] = []
  const reading: Reading = { index, language, quoted: false, starts: true, touching: false }
  for (const match of withPlainTypography(text).matchAll(PIECE)) {
    const [piece] = match
    if (match.groups?.['mark'] === undefined) {
      tokens.push(tokenOf(match, reading, tokens.at(-1)))
      reading.starts = false
      reading.touching = true
    } else {
      if (piece === '"') reading.quoted = !reading.quoted
      reading.starts ||= /[.!?:"([]/.test(piece)
      reading.touching = false
    }
  }
  return tokens
}

function tokenOf(
  { 0: text, groups }: RegExpExecArray,
  { index, language, quoted, starts, touching }: Reading,
  last: Token | undefined,
): Token {
  const key = groups?.['number'] === undefined ? wordKey(text, language) : numberKey(text, language)
  const capital = /^\p{Lu}/u.test(text)
  const beside = touching && capital && last?.capital === true && !last.startsSentence
  if (beside) last.beside = true
  return {
    text,
    key,
    paragraph: index,
    number: key.startsWith('#'),
    date: isDate(key, { capital, language }) || groups?.['clock'] !== undefined,
    capital,
    startsSentence: starts,
    quoted,
    beside,
  }
}

/** "May" is a month, and "may" is not. */
function isDate(
  key: string,
  { capital, language }: { capital: boolean; language: string },
): boolean {
  if (!dateWords.has(key)) return false
  return capital || relativeDays.has(key) || !/^(en|de)\b/.test(language)
}

/** `1,000` in English and `1.000` elsewhere are 1000. */
function numberKey(piece: string, language: string): string {
  const thousands = /^(en|zh|ja|ko|he|th)\b/.test(language)
    ? /,(?=\p{N}{3}(?!\p{N}))/gu
    : /\.(?=\p{N}{3}(?!\p{N}))/gu
  return `#${piece.replace(thousands, '').replace(/^\+/, '')}`
}

function wordKey(piece: string, language: string): string {
  const lower = piece.toLowerCase()
  const value = NUMBER_WORDS[language.slice(0, 2)]?.get(lower)
  return value === undefined ? lower : `#${value}`
}
