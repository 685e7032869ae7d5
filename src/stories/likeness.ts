/** What an article has in common with a story; `names` and `words` are sums over shared rare words. */
export type Likeness = {
  /** How many words the article is compared by. */
  terms: number
  names: number
  words: number
  /** With the nearest article of the story. */
  cosine: number
}

/** The shortest texts of the tuning half; in a line of news one word in common is a larger share, and says no more. */
const LEAST_TERMS = 45

/**
 * How likely it is one story, from 0 to 1. A logistic curve whose weights were chosen on the tuning half of
 * bench/stories: first by regression over single articles, checked by cross-validation, then by the clusters that came
 * of it, in a fresh window and behind 40 to 300 other articles. The time since the last article and the rarest shared
 * name added nothing there.
 */
export function likenessOf({ terms, names, words, cosine }: Likeness): number {
  const length = Math.max(terms, LEAST_TERMS)
  const sum =
    (14 * names + 10 * words) / Math.sqrt(length) +
    36 * cosine -
    // The longer a text, the more it shares with any other.
    3.1 * Math.log(length) +
    6
  return 1 / (1 + Math.exp(-sum))
}
