import { stopWords } from '#articles/languages/stop-words.ts'
import { commonNewsWords } from './news-words.ts'
import { isRoundUp } from './round-up.ts'
import { stem } from './stem.ts'

/**
 * What an article says, as numbers to compare it by: the words of its headline and of the first 150 of its body, without
 * those that every article has. Sorted by `hash`.
 */
export type Terms = {
  hashes: Uint32Array
  /** How often the word stands there; the headline counts three times. */
  counts: Uint8Array
  /** Bits: IN_HEADLINE, NAME, COMMON. */
  marks: Uint8Array
}

export const IN_HEADLINE = 1
/** With a capital inside a sentence: a name, and in German any noun. */
export const NAME = 2
/** Half the news says it: police, government, week. */
export const COMMON = 4

const BODY_WORDS = 150
const HEADLINE_WEIGHT = 3
const BYTES = 6

type Text = { headline: string; text: string; language: string }

/** A round-up tells many stories and is none of them: it is compared with nothing. */
export function termsOf({ headline, text, language }: Text): Terms {
  const found = new Map<number, { count: number; mark: number }>()
  const common = commonNewsWords(language)
  const add = ({ word, name }: Word, { weight, mark }: { weight: number; mark: number }) => {
    const hash = hashOf(word)
    const known = found.get(hash) ?? { count: 0, mark: common.has(word) ? COMMON : 0 }
    const own = name && (mark & IN_HEADLINE) === 0 ? mark | NAME : mark
    found.set(hash, { count: Math.min(known.count + weight, 255), mark: known.mark | own })
  }
  if (!isRoundUp(headline)) {
    for (const word of wordsOf(headline, language))
      add(word, { weight: HEADLINE_WEIGHT, mark: IN_HEADLINE })
    for (const word of wordsOf(text, language).slice(0, BODY_WORDS))
      add(word, { weight: 1, mark: 0 })
  }
  const sorted = [...found].toSorted(([a], [b]) => a - b)
  return {
    hashes: Uint32Array.from(sorted, ([hash]) => hash),
    counts: Uint8Array.from(sorted, ([, { count }]) => count),
    marks: Uint8Array.from(sorted, ([, { mark }]) => mark),
  }
}

/** Han, kana and Thai put no blanks between words: pairs of characters stand for them. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const WORD = /[\p{L}\p{N}\p{M}]+(?:[.,]\p{N}+)*/gu
const STARTS_SENTENCE = /(?:^|[.!?:“”"«»„–\n]\s*["“«„]?\s*)$/

type Word = { word: string; name: boolean }

/** The telling words in their order, each by its stem. */
function wordsOf(text: string, language: string): Word[] {
  const stops = stopWords(language)
  let end = 0
  return [...text.matchAll(WORD)].flatMap(({ 0: written, index }) => {
    const before = text.slice(end, index)
    end = index + written.length
    if (UNSPACED.test(written)) return pairsOf(written)
    const low = written.toLowerCase()
    if (stops.has(low) || (low.length < 3 && !/^\p{N}{2}/u.test(low))) return []
    const name = /^\p{Lu}/u.test(written) && !STARTS_SENTENCE.test(before)
    return [{ word: stem(low, language), name }]
  })
}

function pairsOf(run: string): Word[] {
  const characters = Array.from(run)
  return characters
    .slice(1)
    .map((character, index) => ({ word: `${characters[index] ?? ''}${character}`, name: false }))
}

/** FNV-1a over the code units. */
function hashOf(word: string): number {
  let hash = 0x811c_9dc5
  for (let index = 0; index < word.length; index += 1)
    hash = Math.imul(hash ^ word.charCodeAt(index), 0x0100_0193)
  return hash >>> 0
}

/** Six bytes a term, as they are stored. */
export function packTerms({ hashes, counts, marks }: Terms): Uint8Array {
  const bytes = new Uint8Array(hashes.length * BYTES)
  const view = new DataView(bytes.buffer)
  for (const [index, hash] of hashes.entries()) {
    view.setUint32(index * BYTES, hash)
    bytes[index * BYTES + 4] = counts[index] ?? 0
    bytes[index * BYTES + 5] = marks[index] ?? 0
  }
  return bytes
}

export function unpackTerms(bytes: Uint8Array): Terms {
  const length = Math.floor(bytes.byteLength / BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const terms = {
    hashes: new Uint32Array(length),
    counts: new Uint8Array(length),
    marks: new Uint8Array(length),
  }
  for (let index = 0; index < length; index += 1) {
    terms.hashes[index] = view.getUint32(index * BYTES)
    terms.counts[index] = view.getUint8(index * BYTES + 4)
    terms.marks[index] = view.getUint8(index * BYTES + 5)
  }
  return terms
}
