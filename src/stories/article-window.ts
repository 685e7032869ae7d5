import { type Likeness, likenessOf } from './likeness.ts'
import { COMMON, NAME, type Terms } from './terms.ts'

/** An article as it is compared: `at` is when it came out, in ms. */
export type Compared = { articleId: number; at: number; terms: Terms }

/** How likely the article tells this running story; above 0.5 more likely than not. */
export type Match = { storyId: number; likeness: number }

type Told = Compared & { storyId: number }
type RunningStory = { articles: Map<number, Told>; latest: number }
/** In how many articles of each story a word stands, and how often as a name. */
type Word = { stories: Map<number, number>; names: number; plain: number }

/**
 * The running stories of one language, by the words of their latest articles. What few of the stories have tells them
 * apart; a word of ten articles is as rare as one of a single article, as long as they are one story.
 */
export class ArticleWindow {
  readonly #articles = new Map<number, Told>()
  readonly #stories = new Map<number, RunningStory>()
  readonly #words = new Map<number, Word>()
  readonly #capacity: number

  constructor({ capacity = 2000 }: { capacity?: number } = {}) {
    this.#capacity = capacity
  }

  /** Takes the article in, in place of an older wording of it, or of where it was before. */
  add(article: Told): void {
    this.drop(article.articleId)
    this.#articles.set(article.articleId, article)
    const story = this.#stories.get(article.storyId) ?? { articles: new Map(), latest: 0 }
    story.articles.set(article.articleId, article)
    story.latest = Math.max(story.latest, article.at)
    this.#stories.set(article.storyId, story)
    this.#count(article, 1)
    const [oldest] = this.#articles.keys()
    if (this.#articles.size > this.#capacity && oldest !== undefined) this.drop(oldest)
  }

  drop(articleId: number): void {
    const article = this.#articles.get(articleId)
    const story = article && this.#stories.get(article.storyId)
    if (article === undefined || story === undefined) return
    this.#articles.delete(articleId)
    story.articles.delete(articleId)
    story.latest = Math.max(0, ...[...story.articles.values()].map(({ at }) => at))
    if (story.articles.size === 0) this.#stories.delete(article.storyId)
    this.#count(article, -1)
  }

  #count({ storyId, terms }: Told, by: 1 | -1): void {
    for (const [index, hash] of terms.hashes.entries()) {
      const word = this.#words.get(hash) ?? { stories: new Map(), names: 0, plain: 0 }
      this.#words.set(hash, word)
      const left = (word.stories.get(storyId) ?? 0) + by
      if (left > 0) word.stories.set(storyId, left)
      else word.stories.delete(storyId)
      if (((terms.marks[index] ?? 0) & NAME) === 0) word.plain += by
      else word.names += by
      if (word.stories.size === 0) this.#words.delete(hash)
    }
  }

  /** The stories that the article may tell, the likeliest first, of those that had an article within `hours` of it. */
  matches(article: Compared, { hours, limit }: { hours: number; limit: number }): Match[] {
    const within = hours * 3_600_000
    return [...this.#shared(article.terms)]
      .flatMap(([storyId, shared]) => {
        const story = this.#stories.get(storyId)
        if (story === undefined || Math.abs(article.at - story.latest) > within) return []
        // One word in common is chance.
        if (shared.count < 2) return []
        return [{ storyId, story, shared }]
      })
      .toSorted((a, b) => b.shared.names + b.shared.words - a.shared.names - a.shared.words)
      .slice(0, limit)
      .map(({ storyId, story, shared }) => {
        const cosine = this.#nearest(article, story)
        return { storyId, likeness: likenessOf({ ...shared, cosine }) }
      })
      .toSorted((a, b) => b.likeness - a.likeness)
  }

  /** What the article has in common with each story, of the words that few stories have. */
  #shared({ hashes, marks }: Terms): Map<number, Shared> {
    const found = new Map<number, Shared>()
    for (const [index, hash] of hashes.entries()) {
      const mark = marks[index] ?? 0
      const telling = (this.#rarity(hash, mark) - TELLING) / (1 - TELLING)
      const word = this.#words.get(hash)
      if (telling <= 0 || word === undefined) continue
      const name = (mark & NAME) !== 0 || (word.names > 0 && word.names >= word.plain)
      for (const [storyId, articles] of word.stories) {
        const shared = found.get(storyId) ?? nothingShared(hashes.length)
        found.set(storyId, shared)
        const of = Math.min(8, this.#stories.get(storyId)?.articles.size ?? 1)
        const weight = telling * (0.3 + (0.7 * Math.min(articles, of)) / of)
        shared.count += 1
        if (name) shared.names += weight
        else shared.words += weight
      }
    }
    return found
  }

  /** From 0 for a word that every story has to 1 for one that none has, with so much background that ten stories tell. */
  #rarity(hash: number, mark: number): number {
    const background = BACKGROUND * ((mark & COMMON) === 0 ? SHARE_OTHER : SHARE_COMMON)
    const all = this.#stories.size + BACKGROUND
    const stories = (this.#words.get(hash)?.stories.size ?? 0) + background + 0.5
    return Math.max(0, Math.log(all / stories)) / Math.log(all / (BACKGROUND * SHARE_OTHER + 0.5))
  }

  /** The cosine with the article of the story that is most alike. */
  #nearest(article: Compared, { articles }: RunningStory): number {
    const own = this.#weigh(article.terms)
    const others = [...articles.values()].filter((other) => other.articleId !== article.articleId)
    return Math.max(
      0,
      ...others.slice(-NEAREST).map((other) => {
        const weighed = this.#weigh(other.terms)
        return dot(own, weighed) / (own.length * weighed.length || 1)
      }),
    )
  }

  #weigh({ hashes, counts, marks }: Terms): Weighed {
    const weights = Float64Array.from(
      hashes,
      (hash, index) => (1 + Math.log(counts[index] ?? 1)) * this.#rarity(hash, marks[index] ?? 0),
    )
    return { hashes, weights, length: Math.hypot(...weights) }
  }
}

const BACKGROUND = 12
const SHARE_COMMON = 0.1
const SHARE_OTHER = 0.002
/** Below this rarity a word says nothing of the story. */
const TELLING = 0.5
/** A long story is compared with its latest articles. */
const NEAREST = 20

type Shared = Omit<Likeness, 'cosine'> & { count: number }
type Weighed = { hashes: Uint32Array; weights: Float64Array; length: number }

function nothingShared(terms: number): Shared {
  return { terms, count: 0, names: 0, words: 0 }
}

/** Both are sorted by hash. */
function dot(one: Weighed, other: Weighed): number {
  let [i, j, sum] = [0, 0, 0]
  while (i < one.hashes.length && j < other.hashes.length) {
    const difference = (one.hashes[i] ?? 0) - (other.hashes[j] ?? 0)
    if (difference === 0) sum += (one.weights[i] ?? 0) * (other.weights[j] ?? 0)
    if (difference <= 0) i += 1
    if (difference >= 0) j += 1
  }
  return sum
}
