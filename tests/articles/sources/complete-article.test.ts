import { describe, expect, test } from 'vitest'
import type { ArticleText } from '#articles/article.ts'
import type { FeedItem } from '#articles/feeds/feed.ts'
import { articleJsonOf, completeArticle } from '#articles/sources/items/complete-article.ts'

const PAGE: ArticleText = {
  headline: 'Ferry returns',
  standfirst: null,
  byline: null,
  publisher: null,
  publishedAt: null,
  updatedAt: null,
  language: 'en',
  canonicalUrl: 'https://courier.example/ferry',
  twinUrls: [],
  guid: null,
  paragraphs: ['The ferry is back.'],
  image: null,
  topics: ['Sea'],
  section: null,
  corrections: null,
  embargoUntil: null,
  place: null,
  breaking: false,
}
const ITEM: FeedItem = {
  guid: 'guid-7',
  url: 'https://feeds.courier.example/go/7',
  title: 'Ferry back',
  html: null,
  summary: null,
  byline: 'Ada Quay',
  publishedAt: new Date('2026-11-22T05:00:00Z'),
  updatedAt: null,
  tags: ['sea', 'Travel'],
  section: 'Local',
  image: { url: 'https://courier.example/f.jpg', alt: null, width: null, height: null },
  language: null,
}
const source = {
  title: 'The Harbour Courier',
  name: 'courier',
  language: 'en',
  alerts: 'off',
} as const

test('the feed fills in what the page does not say', () => {
  const article = completeArticle(PAGE, { item: ITEM, source })

  expect(article).toMatchObject({
    headline: 'Ferry returns',
    byline: 'Ada Quay',
    publishedAt: ITEM.publishedAt,
    publisher: 'The Harbour Courier',
    section: 'Local',
    topics: ['Sea', 'Travel'],
    guid: 'guid-7',
    canonicalUrl: 'https://courier.example/ferry',
    twinUrls: ['https://feeds.courier.example/go/7'],
    image: { url: 'https://courier.example/f.jpg', alt: '', width: null, height: null },
  })
})

test('what the page says goes before the feed', () => {
  const said = { byline: 'Ben Pier', section: 'Transport', publisher: 'Courier' }

  expect(completeArticle({ ...PAGE, ...said }, { item: ITEM, source })).toMatchObject(said)
})

test.each([
  ['Eilmeldung', 'draft', true],
  ['ALERTE INFO', 'release', true],
  ['Breaking', 'off', false],
  ['Record breaking swims', 'draft', false],
] as const)(
  'the mark %s of a feed with alerts “%s” makes it breaking: %s',
  (tag, alerts, breaking) => {
    const marked = { item: { ...ITEM, tags: ['Sea', tag] }, source: { ...source, alerts } }

    expect(completeArticle(PAGE, marked).breaking).toBe(breaking)
  },
)

const words = (count: number) => Array.from({ length: count }, () => 'boat').join(' ')

describe('the feed holds an article itself where it gives', () => {
  const rows: [string, Partial<FeedItem>, boolean][] = [
    ['sixty words of content', { html: `<p>${words(60)}</p>` }, true],
    ['sixty words of summary', { summary: words(60) }, true],
    ['not a teaser', { html: `<p>${words(59)}</p>` }, false],
    ['not words of its markup', { html: `<p class="${words(90)}">boat</p>` }, false],
    ['not without a title', { title: null, html: `<p>${words(60)}</p>` }, false],
    [
      'a text in a script without blanks',
      { html: `<p>${'渡船今天早上从安塞尔港出发前往群岛。'.repeat(12)}</p>` },
      true,
    ],
  ]

  test.each(rows)('%s', (_rule, more, holds) => {
    expect(articleJsonOf({ ...ITEM, ...more }, 'en') !== undefined).toBe(holds)
  })
})
