import { type Quantity, quantitiesOf } from './quantities.ts'
import { isContent, type Word, wordsOf } from './words.ts'

export type DoubtKind =
  | 'number'
  | 'name'
  | 'date'
  | 'negation'
  | 'direction'
  | 'certainty'
  | 'attribution'
  | 'quote'
  | 'role'
  | 'support'

/** Why a sentence is not taken, in words for a person. */
export type Doubt = { kind: DoubtKind; reason: string }

export type Read = { text: string; words: Word[]; keys: Set<string>; quantities: Quantity[] }

/** What a sentence of a summary may lean on. */
export type Evidence = {
  language: string
  headline: Read
  /** Each sentence that it names. */
  cited: Read[]
  /** Those, the ones before them, which may name who "he" is, and the opening, which names who it is about. */
  near: Read[]
  /** All of the article. */
  article: Read[]
}

/** How far back a name may stand of which a sentence speaks as "he" or "the company". */
const BEFORE = 3
const OPENING = 3

export type Subject = { language: string; headline: string; sentences: readonly string[] }
export type ReadSubject = { language: string; headline: Read; article: Read[] }

/** Reads an article once, for all the sentences that are judged by it. */
export function readSubject({ language, headline, sentences }: Subject): ReadSubject {
  return { language, headline: read(headline), article: sentences.map(read) }
}

/** `sources` are places in the article's sentences. */
export function evidenceFor(subject: ReadSubject, sources: readonly number[]): Evidence {
  const { article } = subject
  const at = new Set(sources)
  const around = new Set(
    sources.flatMap((place) => Array.from({ length: BEFORE + 1 }, (_, back) => place - back)),
  )
  return {
    ...subject,
    cited: article.filter((_, place) => at.has(place)),
    near: article.filter((_, place) => around.has(place) || place < OPENING),
  }
}

export function read(text: string): Read {
  const words = wordsOf(text)
  const keys = new Set(words.filter(isContent).map(({ key }) => key))
  return { text, words, keys, quantities: quantitiesOf(text) }
}

/** The source that says most of it, with the share of its words that it says. */
export function mainSource(
  said: Read,
  cited: readonly Read[],
): { source: Read; share: number } | undefined {
  let best: { source: Read; share: number } | undefined
  for (const source of cited) {
    const share = shareOf(said, source)
    if (best === undefined || share > best.share) best = { source, share }
  }
  return best
}

export function shareOf(said: Read, source: Read): number {
  const shared = [...said.keys].filter((key) => source.keys.has(key))
  return shared.length / Math.max(1, said.keys.size)
}
