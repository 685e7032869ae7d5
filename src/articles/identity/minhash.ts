import type { ArticleText } from '../article.ts'

const PERMUTATIONS = 64
const SHINGLE = 5
/** Fewer words are alike by chance, and by the phrases of the trade. */
const LEAST_WORDS = 20
/** Enough to tell two texts apart, and 64 minima over it take some 60 ms at most. */
const MOST_WORDS = 20_000

export const BANDS = 32
const ROWS = PERMUTATIONS / BANDS

/**
 * 64 minima of 32 bits over the 5-word shingles of the body: the share of equal minima of two texts is about the share
 * of shingles that they have in common. Null where the body is too short to be told apart by it.
 */
export function minhashOf({ paragraphs }: Pick<ArticleText, 'paragraphs'>): Uint8Array | null {
  const words = wordHashes(paragraphs)
  if (words.length < LEAST_WORDS) return null
  const minima = new Uint32Array(PERMUTATIONS).fill(0xffff_ffff)
  for (const shingle of shinglesOf(words)) {
    for (let index = 0; index < PERMUTATIONS; index += 1) {
      const value = mixed(shingle ^ (SEEDS[index] ?? 0))
      if (value < (minima[index] ?? 0)) minima[index] = value
    }
  }
  const bytes = new Uint8Array(PERMUTATIONS * 4)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of minima.entries()) view.setUint32(index * 4, value)
  return bytes
}

/** 0 to 1; the estimate's standard error is 0.06 in the middle. */
export function similarity(a: Uint8Array, b: Uint8Array): number {
  const [one, other] = [minimaOf(a), minimaOf(b)]
  return one.filter((value, index) => value === other[index]).length / PERMUTATIONS
}

/**
 * 32 bands of 2 minima: two texts with 40 % of their shingles in common share a band with a chance of 99.6 % (16 bands
 * of 4 would be 34 %), and two with 2 % with one of 1.3 %.
 */
export function bandsOf(minhash: Uint8Array): number[] {
  const minima = minimaOf(minhash)
  return Array.from({ length: BANDS }, (_, band) => {
    const [first = 0, second = 0] = minima.slice(band * ROWS, band * ROWS + ROWS)
    // 53 bits, which a number holds.
    return mixed(first ^ band) * 2 ** 21 + (mixed(second ^ first) >>> 11)
  })
}

function minimaOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getUint32(index * 4))
}

// Han, kana and Thai put no blanks between words: a character is a word.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}\p{M}])+/gu

function wordHashes(paragraphs: readonly string[]): number[] {
  const hashes: number[] = []
  for (const paragraph of paragraphs) {
    for (const [word] of paragraph.toLowerCase().matchAll(WORD)) {
      if (hashes.length === MOST_WORDS) return hashes
      hashes.push(hashOf(word))
    }
  }
  return hashes
}

function shinglesOf(words: readonly number[]): Set<number> {
  const shingles = new Set<number>()
  for (let start = 0; start + SHINGLE <= words.length; start += 1) {
    let hash = 0
    for (let at = start; at < start + SHINGLE; at += 1)
      hash = Math.imul(mixed(hash ^ (words[at] ?? 0)), 31)
    shingles.add(hash >>> 0)
  }
  return shingles
}

/** FNV-1a over the code units. */
function hashOf(word: string): number {
  let hash = 0x811c_9dc5
  for (let index = 0; index < word.length; index += 1)
    hash = Math.imul(hash ^ word.charCodeAt(index), 0x0100_0193)
  return hash >>> 0
}

/** The finaliser of MurmurHash3: a permutation of the 32-bit numbers. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Stored hashes depend on them: other seeds, and no article would be like one of before. */
const SEEDS = Uint32Array.from({ length: PERMUTATIONS }, (_, index) =>
  mixed(Math.imul(index + 1, 0x9e37_79b9)),
)
