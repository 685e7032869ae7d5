import { describe, expect, test } from 'vitest'
import type { FeedItem } from '#articles/feeds/feed.ts'
import { offeredBy } from '#articles/sources/items/offered.ts'

const NOW = new Date('2026-11-22T12:00:00Z')

function feedItem(more: Partial<FeedItem> = {}): FeedItem {
  return {
    guid: 'one',
    url: 'https://courier.example/one',
    title: 'Ferry returns',
    html: '<p>The ferry is back.</p>',
    summary: null,
    byline: null,
    publishedAt: new Date('2026-11-22T10:00:00Z'),
    updatedAt: null,
    tags: [],
    section: null,
    image: null,
    language: null,
    ...more,
  }
}

function hashOf(more: Partial<FeedItem>): string | undefined {
  return offeredBy({ items: [feedItem(more)] }, NOW)[0]?.hash
}

describe('an item is known by', () => {
  const rows: [string, Partial<FeedItem>, RegExp][] = [
    ['its guid', {}, /^one$/],
    ['its address where it has no guid', { guid: null }, /^https:\/\/courier\.example\/one$/],
    ['its words where it has neither', { guid: null, url: null }, /^[\w-]{43}$/],
    ['a digest of a guid that is too long for an index', { guid: 'x'.repeat(9000) }, /^[\w-]{43}$/],
  ]

  test.each(rows)('%s', (_rule, more, key) => {
    expect(offeredBy({ items: [feedItem(more)] }, NOW)[0]?.key).toMatch(key)
  })
})

test('of two items under one guid the first counts', () => {
  const offered = offeredBy({ items: [feedItem(), feedItem({ title: 'Another' })] }, NOW)

  expect(offered.map(({ item }) => item.title)).toEqual(['Ferry returns'])
})

describe('an item has changed when', () => {
  const rows: [string, Partial<FeedItem>, boolean][] = [
    ['its title has', { title: 'Ferry returns at last' }, true],
    ['a word of its text has', { html: '<p>The ferry is here.</p>' }, true],
    ['its publisher says that it was updated', { updatedAt: NOW }, true],
    ['not when its date has', { publishedAt: NOW }, false],
    ['not when its markup has', { html: '<div id="ad-17">The ferry <b>is</b> back.</div>' }, false],
    ['not when a script in it has', { html: '<script>1</script><p>The ferry is back.</p>' }, false],
  ]

  test.each(rows)('%s', (_rule, more, changed) => {
    expect(hashOf(more) !== hashOf({})).toBe(changed)
  })
})

test('a feed that dates all of its items to the minute it is made changes none of them', () => {
  const all = (updatedAt: Date) =>
    offeredBy({ items: ['a', 'b', 'c'].map((guid) => feedItem({ guid, updatedAt })) }, NOW).map(
      ({ hash }) => hash,
    )

  expect(all(NOW)).toEqual(all(new Date('2026-11-22T11:00:00Z')))
})

test('the newest come first, and a date in the future is the moment it was seen', () => {
  const items = [
    feedItem({ guid: 'old', publishedAt: new Date('2026-11-20T10:00:00Z') }),
    feedItem({ guid: 'future', publishedAt: new Date('2027-01-01T00:00:00Z') }),
    feedItem({ guid: 'new' }),
  ]

  const offered = offeredBy({ items }, NOW)

  expect(offered.map(({ key }) => key)).toEqual(['future', 'new', 'old'])
  expect(offered[0]?.cameAt).toEqual(NOW)
})
