import type { ArticleText } from '../article.ts'
import type { Fingerprint } from '../fingerprint.ts'
import { wordsIn } from '../reading/clean-text.ts'
import { siteOf } from './address-key.ts'
import { similarity } from './minhash.ts'

/** An article that shares a key with the one that arrives, with all that it was ever known by. */
export type Lookalike = {
  id: number
  revision: number
  sourceId: number
  urlKeys: string[]
  guidKeys: string[]
  contentKey: string
  minhash: Uint8Array | null
  headline: string
  paragraphs: string[]
  publishedAt: Date | null
  receivedAt: Date
  bodyHash: string
  /** Of its revisions before. */
  formerHashes: string[]
}

export type Arrival = {
  article: Pick<ArticleText, 'headline' | 'paragraphs' | 'publishedAt'>
  keys: Fingerprint
  sourceId: number
  now: Date
}

/** The article that this one is: by an address, its publisher's id, or its very words; undefined for a new one. */
export function chooseSame<Known extends Lookalike>(
  arrival: Arrival,
  lookalikes: readonly Known[],
): Known | undefined {
  return lookalikes
    .map((known) => ({ known, score: scoreOf(arrival, known) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.known.id - b.known.id)[0]?.known
}

/** Of the same words a copy under the same source is the same article; later it is the same text told again. */
const REPEATED_AFTER_MS = 7 * 86_400_000
export const SAME_WORDS = 0.9
/** Two texts of one desk about two things share hardly a phrase of five words. */
const OTHER_WORDS = 0.06

function scoreOf(arrival: Arrival, known: Lookalike): number {
  const { keys } = arrival
  const alike = likenessOf(arrival, known)
  const address = keys.urlKeys.some((key) => known.urlKeys.includes(key))
  const guid = hasGuid(arrival, known)
  if (address || guid) {
    if (isOther(arrival, known, { alike, address })) return 0
    return 1 + alike + (address ? 1 : 0) + (guid ? 0.5 : 0)
  }
  const sameWords = known.contentKey === keys.contentKey
  if (sameWords && (isOneAddress(arrival, known) || isCopyOfOwn(arrival, known))) return 1
  return alike >= SAME_WORDS && isCopyOfOwn(arrival, known) && !isTemplate(arrival, known)
    ? alike
    : 0
}

function hasGuid({ keys, sourceId }: Arrival, known: Lookalike): boolean {
  return (
    keys.guidKey !== null && sourceId === known.sourceId && known.guidKeys.includes(keys.guidKey)
  )
}

function likenessOf({ keys }: Arrival, known: Lookalike): number {
  if (keys.contentKey === known.contentKey) return 1
  return keys.minhash === null || known.minhash === null
    ? 0
    : similarity(keys.minhash, known.minhash)
}

/**
 * Some sites give every article the address of its section, and some feeds number their items anew each day. Other words
 * under another headline are another article, if it came out on another day, or has an address of its own besides.
 */
function isOther(
  arrival: Arrival,
  known: Lookalike,
  { alike, address }: { alike: number; address: boolean },
): boolean {
  if (alike >= OTHER_WORDS || sharedWords(arrival.article.headline, known.headline) >= 0.34)
    return false
  if (isShort(arrival, known) && sharedWords(textOf(arrival.article), textOf(known)) >= 0.5)
    return false
  if (isOtherDay(arrival.article.publishedAt, known.publishedAt)) return true
  return address && hasOwnKey(arrival, known)
}

function isShort({ keys }: Arrival, known: Lookalike): boolean {
  return keys.minhash === null || known.minhash === null
}

function textOf({ paragraphs }: { paragraphs: readonly string[] }): string {
  return paragraphs.join(' ').slice(0, 20_000)
}

function isOtherDay(one: Date | null, other: Date | null): boolean {
  return one !== null && other !== null && dayOf(one) !== dayOf(other)
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}

function hasOwnKey({ keys, sourceId }: Arrival, known: Lookalike): boolean {
  const ownAddress = keys.urlKeys.some((key) => !known.urlKeys.includes(key))
  const knownAddress = known.urlKeys.some((key) => !keys.urlKeys.includes(key))
  if (ownAddress && knownAddress) return true
  return (
    keys.guidKey !== null &&
    sourceId === known.sourceId &&
    known.guidKeys.length > 0 &&
    !known.guidKeys.includes(keys.guidKey)
  )
}

/** Nothing says that they are on two sites: an agency's text on a second site is that site's article. */
function isOneAddress({ keys }: Arrival, known: Lookalike): boolean {
  if (keys.urlKeys.length === 0 || known.urlKeys.length === 0) return true
  const sites = new Set(known.urlKeys.map(siteOf))
  return keys.urlKeys.some((key) => sites.has(siteOf(key)))
}

function isCopyOfOwn({ sourceId, now }: Arrival, known: Lookalike): boolean {
  return (
    sourceId === known.sourceId && now.getTime() - known.receivedAt.getTime() < REPEATED_AFTER_MS
  )
}

/** Reports that a machine writes (quakes, prices, results) differ in their numbers and names only: each is its own. */
function isTemplate({ article }: Arrival, known: Lookalike): boolean {
  if (numbersIn(article.headline) !== numbersIn(known.headline)) return true
  if (sharedWords(article.headline, known.headline) < 0.5) return true
  const [one, other] = [textOf(article), textOf(known)]
  return numbersIn(one) !== numbersIn(other) && withoutNumbers(one) === withoutNumbers(other)
}

function numbersIn(text: string): string {
  return (text.match(/\p{N}+/gu) ?? []).join(' ')
}

function withoutNumbers(text: string): string {
  return wordsIn(text.replace(/\p{N}+/gu, ' ')).join(' ')
}

/** Of the words of the shorter, the share that the longer has too. */
function sharedWords(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => new Set(wordsIn(text.toLowerCase())))
  if (a === undefined || b === undefined || a.size === 0 || b.size === 0) return 0
  const shared = [...a].filter((word) => b.has(word)).length
  return shared / Math.min(a.size, b.size)
}
