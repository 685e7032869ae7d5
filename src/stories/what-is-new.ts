import { stopWords } from '#articles/languages/stop-words.ts'
import { tokensOf } from '#articles/revisions/tokens.ts'
import { type Passage, passagesOf } from '#articles/summary/passages.ts'
import type { Db } from '#db/open.ts'
import { commonNewsWords } from './news-words.ts'
import { stem } from './stem.ts'
import { listTellings, type Telling } from './telling-store.ts'

/** `text` is exactly `paragraphs[paragraph].slice(start, end)` of that revision of the article. */
export type NewSentence = { text: string; paragraph: number; start: number; end: number }

export type News = {
  articleId: number
  revision: number
  headline: string
  publisher: string | null
  /** One or two, in the order of the article. */
  sentences: NewSentence[]
}

const MOST_SENTENCES = 2
const MOST_WORDS = 40
/** A number or a name counts two, another word one. */
const LEAST_NEW = 4

/**
 * What a reader who had the story at `since` does not know yet: sentences of one later article that say what none had
 * said by then. Null where nothing came, or nothing new. Never of two articles, whose facts may differ.
 */
export async function whatIsNew(
  db: Db,
  { storyId, since, now }: { storyId: number; since: Date; now: Date },
): Promise<News | null> {
  return newsOf(await listTellings(db, { storyId, now }), since)
}

/** The same, of all that the articles of one story said, each revision for itself. */
export function newsOf(tellings: readonly Telling[], since: Date): News | null {
  const before = tellings.filter(({ at }) => at <= since)
  const later = tellings.filter(({ at, current }) => at > since && current)
  if (before.length === 0) return null
  const heard = new Set(
    before.flatMap((telling) => [...pointsIn(wholeText(telling), telling).keys()]),
  )
  const [best] = later
    .map((telling) => ({ telling, found: pick(telling, heard) }))
    .filter(({ found }) => found.length > 0)
    .toSorted(
      (a, b) =>
        b.telling.at.getTime() - a.telling.at.getTime() || pointsOf(b.found) - pointsOf(a.found),
    )
  if (best === undefined) return null
  const { articleId, revision, headline, publisher } = best.telling
  const sentences = best.found
    .toSorted((a, b) => a.passage.index - b.passage.index)
    .map(({ passage: { text, paragraph, start, end } }) => ({ text, paragraph, start, end }))
  return { articleId, revision, headline, publisher, sentences }
}

function wholeText({ headline, paragraphs }: Telling): string[] {
  return [headline, ...paragraphs]
}

type Found = { passage: Passage; points: number }

function pointsOf(found: readonly Found[]): number {
  return found.reduce((sum, { points }) => sum + points, 0)
}

/** A second sentence only for what the first does not say. */
function pick(telling: Telling, known: ReadonlySet<string>): Found[] {
  const heard = new Set(known)
  const fit = passagesOf(telling).filter(
    ({ whole, leaning, words }) => whole && !leaning && words <= MOST_WORDS,
  )
  const found: Found[] = []
  while (found.length < MOST_SENTENCES) {
    const [best] = fit
      .map((passage) => ({ passage, points: newIn(passage.text, { telling, heard }) }))
      .filter(({ points }) => points >= LEAST_NEW)
      // Articles tell first what matters: the earlier of two that say as much.
      .toSorted((a, b) => b.points - a.points || a.passage.index - b.passage.index)
    if (best === undefined) break
    found.push(best)
    for (const key of pointsIn([best.passage.text], telling).keys()) heard.add(key)
  }
  return found
}

function newIn(
  text: string,
  { telling, heard }: { telling: Telling; heard: ReadonlySet<string> },
): number {
  let points = 0
  for (const [key, worth] of pointsIn([text], telling)) if (!heard.has(key)) points += worth
  return points
}

/** The telling words of a text, and what each is worth when it is new. */
function pointsIn(
  texts: readonly string[],
  { language }: Pick<Telling, 'language'>,
): Map<string, number> {
  const stops = stopWords(language)
  const common = commonNewsWords(language)
  const points = new Map<string, number>()
  for (const { key, number, capital, startsSentence } of tokensOf(texts, { language })) {
    const base = number ? key : stem(key, language)
    if (number || !(stops.has(key) || common.has(base) || key.length < 3))
      points.set(base, number || (capital && !startsSentence) ? 2 : 1)
  }
  return points
}
