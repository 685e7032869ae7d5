import { stem } from './stem.ts'
import { NEWS_WORDS } from './news-word-lists.ts'

/** Stems that tell little of an event: they stand in news of every kind. Weighed as if many articles had them. */
export function commonNewsWords(language: string): ReadonlySet<string> {
  const base = language.slice(0, 2)
  const known = cache.get(base)
  if (known !== undefined) return known
  const words = new Set((NEWS_WORDS[base] ?? '').split(/\s+/).map((word) => stem(word, base)))
  cache.set(base, words)
  return words
}

const cache = new Map<string, ReadonlySet<string>>()
