import { describe, expect, test } from 'vitest'
import type { ArticleText } from '#articles/article.ts'
import { fingerprint } from '#articles/fingerprint.ts'
import { chooseSame, type Lookalike } from '#articles/identity/same-article.ts'
import { articleText, OTHER_BODY } from './article-text.ts'

const NOW = new Date('2026-11-22T06:30:00Z')
const own = articleText({ guid: 'ferry-1' })
const another = {
  headline: 'Cellist wins the spring prize',
  paragraphs: OTHER_BODY,
  canonicalUrl: 'https://courier.example/cellist',
  guid: 'cellist-1',
}
const grown = {
  headline: 'Live: rescue work in the fog',
  paragraphs: [...OTHER_BODY, ...own.paragraphs],
}

function known(article: ArticleText, more: Partial<Lookalike> = {}): Lookalike {
  const { urlKeys, guidKey, contentKey, minhash, bodyHash } = fingerprint(article)
  return {
    id: 1,
    revision: 1,
    sourceId: 1,
    urlKeys,
    guidKeys: guidKey === null ? [] : [guidKey],
    contentKey,
    minhash,
    headline: article.headline,
    paragraphs: article.paragraphs,
    publishedAt: article.publishedAt,
    receivedAt: new Date('2026-11-21T10:00:00Z'),
    bodyHash,
    formerHashes: [],
    ...more,
  }
}

function isSame(
  change: Partial<ArticleText>,
  { of = known(own), sourceId = 1, now = NOW } = {},
): boolean {
  const article = articleText({ guid: 'ferry-1', ...change })
  return chooseSame({ article, keys: fingerprint(article), sourceId, now }, [of]) === of
}

const elsewhere = { canonicalUrl: 'https://courier.example/elsewhere', guid: 'else-1' }
const otherDay = { publishedAt: new Date('2026-11-22T05:00:00Z') }

describe('the same article', () => {
  test.each<[string, Partial<ArticleText>]>([
    ['with another guid', { guid: 'ferry-1-v2' }],
    ['with another date', otherDay],
    ['with another guid and date', { guid: 'new', ...otherDay }],
    ['at another address, with its guid', { canonicalUrl: 'https://courier.example/moved' }],
    [
      'at its AMP page, without a guid',
      { canonicalUrl: 'https://amp.courier.example/ferry?utm_source=x', guid: null },
    ],
    [
      'fetched from its address, with another canonical one',
      { ...elsewhere, twinUrls: ['https://courier.example/ferry'] },
    ],
    ['with another headline', { headline: 'Fourteen hurt as ferry hits a ship' }],
    ['with half of its text', { paragraphs: own.paragraphs.slice(0, 2) }],
    ['as a live page that has grown, under a new headline', { ...grown, guid: null }],
    ['wholly rewritten under its headline', { paragraphs: OTHER_BODY, ...otherDay }],
    [
      'wholly rewritten on its day at its one address',
      { headline: another.headline, paragraphs: OTHER_BODY, guid: null },
    ],
    ['the same words without address and guid', { canonicalUrl: null, guid: null }],
    ['the same words under another address and guid', elsewhere],
    [
      'nearly the same words under another address and guid',
      {
        ...elsewhere,
        paragraphs: [...own.paragraphs.slice(0, 3), `${own.paragraphs[3] ?? ''} It was dark.`],
      },
    ],
  ])('%s', (_, change) => {
    expect(isSame(change)).toBe(true)
  })

  test('the same words without an address, from another source', () => {
    expect(isSame({ canonicalUrl: null, guid: null }, { sourceId: 2 })).toBe(true)
  })

  test('the same words in another feed of the same site', () => {
    expect(isSame(elsewhere, { sourceId: 2 })).toBe(true)
  })
})

describe('another article', () => {
  test.each<[string, Partial<ArticleText>]>([
    ['of other words', another],
    [
      'of other words on another day, with the address of the section',
      { ...another, canonicalUrl: 'https://courier.example/ferry', ...otherDay },
    ],
    [
      'of other words on the same day, with the address of the section and a page of its own',
      {
        ...another,
        canonicalUrl: 'https://courier.example/ferry',
        twinUrls: ['https://courier.example/cellist'],
      },
    ],
    [
      'of other words on another day, with a guid that counts anew',
      { ...another, guid: 'ferry-1', ...otherDay },
    ],
    [
      'of words that are partly the same',
      { ...elsewhere, paragraphs: [...own.paragraphs.slice(0, 2), ...OTHER_BODY] },
    ],
    [
      'that a machine wrote with other numbers',
      { ...elsewhere, paragraphs: own.paragraphs.map((text) => text.replace('14 of', '15 of')) },
    ],
  ])('%s', (_, change) => {
    const section = known(own, { urlKeys: ['courier.example/ferry', 'courier.example/own'] })

    expect(isSame(change, { of: section })).toBe(false)
  })

  test('agency copy: the same words on another site', () => {
    const elsewhereUrl = 'https://gazette.example/ferry'

    expect(isSame({ canonicalUrl: elsewhereUrl, guid: null }, { sourceId: 2 })).toBe(false)
  })

  test('the same guid of another source', () => {
    expect(isSame({ ...another, guid: 'ferry-1' }, { sourceId: 2 })).toBe(false)
  })

  test('the same words told again after a week under another address', () => {
    const now = new Date('2026-11-29T10:00:01Z')
    const other = { canonicalUrl: 'https://courier.example/again', guid: 'again' }

    expect(isSame(other, { now, of: known(own, { urlKeys: ['gazette.example/x'] }) })).toBe(false)
  })
})

test('of several that share a key, the one with the likest words is it', () => {
  const article = articleText({ guid: 'cellist-1' })
  const byGuid = known(articleText({ ...another, paragraphs: own.paragraphs.slice(0, 1) }), {
    id: 1,
  })
  const byAddress = known(own, { id: 2 })

  expect(
    chooseSame({ article, keys: fingerprint(article), sourceId: 1, now: NOW }, [byGuid, byAddress]),
  ).toBe(byAddress)
})
