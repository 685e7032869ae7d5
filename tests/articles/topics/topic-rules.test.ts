import { expect, test } from 'vitest'
import {
  KEYWORD_SCORE,
  keywordScore,
  ruleMatches,
  type RuleKind,
  type TaggedText,
} from '#articles/topics/topic-rules.ts'

const ARTICLE: TaggedText = {
  headline: 'Élections à Port Ansel',
  standfirst: 'The harbour votes.',
  paragraphs: ['The council met.', 'A strike at the harbour goes on.'],
  topics: ['World Cup', 'Élections'],
  section: 'Local News',
  canonicalUrl: 'https://www.courier.example/sport/2026/final-match?utm=x',
}

test.each<[RuleKind, string, boolean]>([
  ['all', '', true],
  ['tag', 'elections', true],
  ['tag', 'world cup', true],
  ['tag', 'world', false],
  ['section', 'LOCAL NEWS', true],
  ['section', 'news', false],
  ['url', 'courier.example/sport/*', true],
  ['url', 'https://courier.example/sport/*', true],
  ['url', '/sport/*', true],
  ['url', '/*/final-*', true],
  ['url', '*.example/sport/2026/final-match', true],
  ['url', '/sport', false],
  ['url', '/trade/*', false],
  ['url', 'other.example/sport/*', false],
  ['keyword', 'elections', true],
  ['keyword', 'strike', false],
  ['keyword', 'harbour', true],
  ['keyword', 'elect', false],
])('a rule by %s "%s" matches: %s', (kind, pattern, matches) => {
  expect(ruleMatches({ kind, pattern, topicId: 1 }, ARTICLE)).toBe(matches)
})

test('a rule by section or address matches nothing where the article has none', () => {
  const bare = { ...ARTICLE, section: null, canonicalUrl: null }

  expect(ruleMatches({ kind: 'section', pattern: '', topicId: 1 }, bare)).toBe(false)
  expect(ruleMatches({ kind: 'url', pattern: '*', topicId: 1 }, bare)).toBe(false)
})

test('one word, however often, is no more than a headline; two words add up', () => {
  const paragraphs = ['strike strike strike strike strike', 'wages']

  expect(keywordScore(['strike'], { ...ARTICLE, paragraphs })).toBe(KEYWORD_SCORE)
  expect(keywordScore(['strike', 'wages', 'Strike'], { ...ARTICLE, paragraphs })).toBe(
    KEYWORD_SCORE + 1,
  )
})

test('words are found in any script, also where no blanks are between them', () => {
  const article = { ...ARTICLE, headline: '東京で選挙が行われる', standfirst: 'Выборы в городе' }

  expect(keywordScore(['選挙'], article)).toBe(KEYWORD_SCORE)
  expect(keywordScore(['выборы'], article)).toBe(2)
})

test('a pattern with many stars does not make an address slow', () => {
  const article = { ...ARTICLE, canonicalUrl: `https://courier.example/${'a'.repeat(20_000)}b` }

  expect(ruleMatches({ kind: 'url', pattern: `/${'*a'.repeat(200)}c`, topicId: 1 }, article)).toBe(
    false,
  )
})
