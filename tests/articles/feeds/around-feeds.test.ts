import { expect, test } from 'vitest'
import { discoverFeeds, guessFeeds } from '#articles/feeds/discover-feeds.ts'
import { readFeedDate } from '#articles/feeds/feed-date.ts'
import { linksOf } from '#articles/feeds/feed-head.ts'
import { parseOpml, writeOpml } from '#articles/feeds/opml.ts'

const URL_OF_FEED = 'https://courier.example/news/feed.xml'

test.each([
  ['Sun, 22 Nov 2026 07:05:00 EST', '2026-11-22T12:05:00.000Z'],
  ['Sun, 22 Nov 2026 7:05 pm CET', '2026-11-22T18:05:00.000Z'],
  ['22 Nov 2026 07:05:00 +0530', '2026-11-22T01:35:00.000Z'],
  ['2026-11-22T07:05:00+02:00', '2026-11-22T05:05:00.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['1795327500', '2026-11-22T06:05:00.000Z'],
  ['soon', undefined],
])('the date %s', (text, expected) => {
  expect(readFeedDate(text)?.toISOString()).toBe(expected)
})

test('the feeds of a page are those that it names, those of comments left out', () => {
  const offers = discoverFeeds(
    `<head><link rel="alternate" type="application/rss+xml" title="News &amp; more" href="/feed">
     <link href='atom.xml' type='application/atom+xml' rel='alternate'>
     <link rel="alternate" type="application/rss+xml" title="Comments feed" href="/comments/feed/">
     <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">
     <link rel="stylesheet" type="text/css" href="/x.css"><link rel="alternate" hreflang="de" href="/de"></head>`,
    'https://courier.example/news/',
  )

  expect(offers).toEqual([
    { url: 'https://courier.example/feed', title: 'News & more', format: 'rss' },
    { url: 'https://courier.example/news/atom.xml', title: null, format: 'atom' },
  ])
  expect(guessFeeds('https://courier.example/news/a.html')[0]).toBe(
    'https://courier.example/news/feed',
  )
})

test('a Link header names the hub', () => {
  const header =
    '<https://hub.example/>; rel="hub", </feed>; rel=self, <https://x.example/>; rel="next hub"'

  expect(linksOf(header, { rel: 'hub', base: URL_OF_FEED })).toEqual([
    'https://hub.example/',
    'https://x.example/',
  ])
  expect(linksOf(header, { rel: 'self', base: URL_OF_FEED })).toEqual([
    'https://courier.example/feed',
  ])
})

test('OPML goes in and out, with its folders, each address once', () => {
  const opml = `<opml version="2.0"><body><outline text="Sea"><outline text="Courier" type="rss" xmlUrl="https://courier.example/feed" htmlUrl="https://courier.example/"/><outline text="Bad" xmlUrl="file:///etc/passwd"/></outline><outline text="Again" xmlUrl="https://courier.example/feed"/></body></opml>`

  const feeds = parseOpml(new TextEncoder().encode(opml))

  expect(feeds).toEqual([
    {
      title: 'Courier',
      url: 'https://courier.example/feed',
      siteUrl: 'https://courier.example/',
      folder: 'Sea',
    },
  ])
  expect(parseOpml(new TextEncoder().encode(writeOpml(feeds)))).toEqual([
    { ...feeds[0], folder: null },
  ])
  expect(() => parseOpml(new TextEncoder().encode('<html></html>'))).toThrow(/OPML/)
})
