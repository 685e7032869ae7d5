const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** The words of a text between spaces; where a script writes none, by the dictionary of the platform. */
export function spacedWords(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  return UNSPACED.test(text) ? words.flatMap(withoutSpaces) : words
}

export function countWords(text: string): number {
  return spacedWords(text).length
}

/** One run of letters as its words: itself, but in scripts without spaces. */
export function withoutSpaces(run: string): string[] {
  if (!UNSPACED.test(run)) return [run]
  return [...segmenter.segment(run)].flatMap(({ segment, isWordLike = false }) =>
    isWordLike ? segment : [],
  )
}

export function isUnspaced(text: string): boolean {
  return UNSPACED.test(text)
}
