import { describe, expect, test } from 'vitest'
import { fingerprint } from '#articles/fingerprint.ts'
import { readArticle } from '#articles/read-article.ts'

const PROSE = [
  'The ferry Marlow struck a dredger in fog on Saturday morning, and 14 of its 212 passengers were hurt.',
  'The harbour authority closed the eastern channel until divers have looked at the sea bed, it said.',
  'Two other ferries took the passengers of the evening to Gull Island from the quay of the old fish market.',
]

function read(text: string, url: string | null = null) {
  return readArticle({ bytes: new TextEncoder().encode(text), url })
}

function page(schema: unknown, head = '<title>Ferry strikes dredger in fog</title>') {
  return `<html><head>${head}<script type="application/ld+json">${JSON.stringify(schema)}</script></head><body><article><h1>Ferry strikes dredger in fog</h1><p>${PROSE.join('</p><p>')}</p></article></body></html>`
}

const canonical = (address: string) => `<link rel="canonical" href="${address}">`

const own = {
  '@type': 'NewsArticle',
  headline: 'Ferry strikes a dredger in fog',
  author: { name: 'Nora Vance' },
}
const other = {
  '@type': 'NewsArticle',
  headline: 'Mayor resigns over harbour contracts',
  author: { name: 'Pell Strand' },
  articleBody: 'The mayor resigned. '.repeat(40),
}

describe('the JSON-LD of a page', () => {
  test.each([
    ['alone', own],
    ['in a graph', { '@graph': [{ '@type': 'WebSite' }, own] }],
    ['as the main entity of its page', { '@type': 'WebPage', mainEntity: own }],
    ['beside a list of teasers', [{ '@type': 'ItemList', itemListElement: [other] }, own]],
    ['beside another article', [other, own]],
  ])('is read %s', (_, schema) => {
    expect(read(page(schema)).byline).toBe('Nora Vance')
  })

  test.each(['hasPart', 'isPartOf', 'citation', 'itemListElement'])(
    'is not the article under %s, whatever its headline',
    (key) => {
      const sameName = { ...other, headline: own.headline }

      expect(read(page({ '@type': 'WebPage', [key]: [sameName] })).byline).toBeNull()
    },
  )

  test('counts only with a headline that the page shows', () => {
    const article = read(page(other))

    expect(article).toMatchObject({ headline: 'Ferry strikes dredger in fog', byline: null })
  })
})

describe('the address of a home page', () => {
  test.each([
    'https://courier.example/',
    'https://courier.example',
    'https://courier.example/?utm_source=x',
  ])('is no identity: %s', (address) => {
    const article = read(page(own, canonical(address)))

    expect(article.canonicalUrl).toBeNull()
    expect(fingerprint(article).urlKeys).toEqual([])
    expect(fingerprint({ ...article, canonicalUrl: address, twinUrls: [] }).urlKeys).toEqual([])
  })

  test('gives way to an address that names the article', () => {
    const head = `${canonical('https://courier.example/')}<meta property="og:url" content="https://courier.example/ferry">`

    expect(read(page(own, head)).canonicalUrl).toBe('https://courier.example/ferry')
    expect(
      read(page(own, canonical('https://courier.example/')), 'https://courier.example/a')
        .canonicalUrl,
    ).toBe('https://courier.example/a')
  })

  test('with a query names an article', () => {
    const article = read(page(own, canonical('https://courier.example/?p=7')))

    expect(article.canonicalUrl).toBe('https://courier.example/?p=7')
  })
})
