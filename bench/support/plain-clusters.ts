/** A labelled article, as bench/stories has them. */
export type LabelledArticle = {
  id: string
  story: string
  language: string
  outlet: string
  at: string
  headline: string
  text: string
}

const SAME = 0.3
const HOURS = 72
const BODY_WORDS = 150

/**
 * The plain way to do it: tf-idf over the headline (three times) and the first words of the body, single linkage, no
 * language known. A story's number for each article, which must come in the order of time.
 */
export function plainClusters(articles: readonly LabelledArticle[]): number[] {
  const seen: { words: Map<string, number>; story: number; at: number }[] = []
  for (const { headline, text, at } of articles) {
    const words = countWords(headline, text)
    const moment = Date.parse(at)
    const near = seen.filter((other) => moment - other.at <= HOURS * 3_600_000)
    const alike = likeness(
      words,
      near.map((other) => other.words),
    )
    const best = alike.indexOf(Math.max(...alike))
    const story = (alike[best] ?? 0) >= SAME ? near[best]?.story : undefined
    seen.push({ words, story: story ?? seen.length, at: moment })
  }
  return seen.map(({ story }) => story)
}

function countWords(headline: string, text: string): Map<string, number> {
  const body = wordsOf(text).slice(0, BODY_WORDS)
  const title = wordsOf(headline)
  const counts = new Map<string, number>()
  for (const word of [...title, ...title, ...title, ...body])
    counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function likeness(article: Map<string, number>, others: Map<string, number>[]): number[] {
  const all = [article, ...others]
  const documents = new Map<string, number>()
  for (const words of all)
    for (const word of words.keys()) documents.set(word, (documents.get(word) ?? 0) + 1)
  const weigh = (words: Map<string, number>) =>
    new Map(
      [...words].map(([word, count]) => {
        const rarity = Math.log((all.length + 1) / (documents.get(word) ?? 1))
        return [word, (1 + Math.log(count)) * rarity]
      }),
    )
  const own = weigh(article)
  return others.map((other) => cosine(own, weigh(other)))
}

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  let dot = 0
  for (const [word, weight] of a) dot += weight * (b.get(word) ?? 0)
  return dot / (Math.hypot(...a.values()) * Math.hypot(...b.values()) || 1)
}

function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []).filter((word) => !STOP.has(word))
}

const STOP = new Set(
  'the and for are but not you all any can had her was one our out has him his how its may new now old see two who did with that this from they will have been were said more when what there which their would about after into than them then some could other over also only just most very where while during before between'.split(
    ' ',
  ),
)
