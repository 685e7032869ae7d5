import { domainToASCII } from 'node:url'
import type { ArticleText } from '../article.ts'

export const ruleKinds = ['tag', 'section', 'url', 'keyword', 'all'] as const
export type RuleKind = (typeof ruleKinds)[number]

/** What a publisher's words, section or address mean: a topic of ours. */
export type TopicRule = { kind: RuleKind; pattern: string; topicId: number }

export type TaggedText = Pick<
  ArticleText,
  'headline' | 'standfirst' | 'paragraphs' | 'topics' | 'section' | 'canonicalUrl'
>

export function ruleMatches(rule: TopicRule, article: TaggedText): boolean {
  switch (rule.kind) {
    case 'all':
      return true
    case 'tag':
      return article.topics.some((name) => isSame(name, rule.pattern))
    case 'section':
      return article.section !== null && isSame(article.section, rule.pattern)
    case 'url':
      return article.canonicalUrl !== null && addressMatches(article.canonicalUrl, rule.pattern)
    case 'keyword':
      return keywordScore([rule.pattern], article) >= KEYWORD_SCORE
  }
}

/** A word in the headline is enough; elsewhere it takes three mentions, the standfirst counting as two. */
export const KEYWORD_SCORE = 3
const WEIGHTS = { headline: 3, standfirst: 2, paragraph: 1 }
const PARAGRAPHS = 5
/** An article that says one word ten times is not ten times about it. */
const MOST_OF_ONE = 3

/** How much the headline and the beginning speak of the words. */
export function keywordScore(keywords: readonly string[], article: TaggedText): number {
  const places = [
    { text: foldedText(article.headline), weight: WEIGHTS.headline },
    { text: foldedText(article.standfirst ?? ''), weight: WEIGHTS.standfirst },
    ...article.paragraphs
      .slice(0, PARAGRAPHS)
      .map((text) => ({ text: foldedText(text), weight: WEIGHTS.paragraph })),
  ]
  let score = 0
  for (const keyword of new Set(keywords.map(foldedText))) {
    if (keyword.trim() === '') continue
    const own = places.reduce((sum, { text, weight }) => sum + mentions(text, keyword) * weight, 0)
    score += Math.min(own, MOST_OF_ONE)
  }
  return score
}

/** Lower case without accents, words apart by one blank, and a blank at both ends: ` etats unis `. */
export function foldedText(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  return words === null ? ' ' : ` ${words.join(' ')} `
}

// Han, kana and Thai put no blanks between words.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

function mentions(text: string, keyword: string): number {
  const wanted = UNSPACED.test(keyword) ? keyword.trim() : keyword
  let count = 0
  // Both blanks may be shared with the next mention: "war war".
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) count += 1
  return count
}

function isSame(name: string, pattern: string): boolean {
  return foldedText(name) === foldedText(pattern)
}

/** `*` stands for anything: `courier.example/sport/*`, or `/sport/*` on any host. Parameters do not count. */
function addressMatches(address: string, pattern: string): boolean {
  if (!URL.canParse(address)) return false
  const { host, pathname } = new URL(address)
  const bare = pattern.replace(/^https?:\/\//i, '')
  if (bare.startsWith('/')) return wildcard(bare, pathname)
  const [wantedHost = '', ...path] = bare.split('/')
  return (
    wildcard(domainToASCII(wantedHost) || wantedHost, host.replace(/^www\./, '')) &&
    wildcard(`/${path.join('/')}`, pathname)
  )
}

/** Two hands over the text, so that no pattern can make it slow. */
function wildcard(pattern: string, text: string): boolean {
  const [first = '', ...pieces] = pattern.toLowerCase().split('*')
  const whole = text.toLowerCase()
  const last = pieces.pop()
  if (last === undefined) return trimmed(first) === trimmed(whole)
  if (!whole.startsWith(first)) return false
  let at = first.length
  for (const piece of pieces) {
    const found = whole.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return whole.length - last.length >= at && whole.endsWith(last)
}

function trimmed(path: string): string {
  return path.replace(/\/$/, '')
}
