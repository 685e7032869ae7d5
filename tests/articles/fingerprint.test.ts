import { describe, expect, test } from 'vitest'
import { fingerprint } from '#articles/fingerprint.ts'
import { readingMinutes } from '#articles/reading-time.ts'

const article = {
  headline: 'Ferry strikes dredger',
  standfirst: null,
  paragraphs: ['"It was dark," she said - and left.', 'The port is closed.'],
  canonicalUrl: 'https://www.courier.example.com/a/?b=2&a=1',
  twinUrls: [],
  guid: 'courier-1',
  corrections: null,
}

describe('one article', () => {
  test('has one address key under http, www, tracking, order of parameters and closing slash', () => {
    const other = {
      ...article,
      canonicalUrl: 'http://courier.example.com/a?a=1&utm_source=x&b=2#c',
    }

    expect(fingerprint(other).urlKeys).toEqual(['courier.example.com/a?a=1&b=2'])
    expect(fingerprint(other).urlKeys).toEqual(fingerprint(article).urlKeys)
  })

  test('has one content key whatever its punctuation and case', () => {
    const other = { ...article, headline: 'FERRY STRIKES DREDGER!', canonicalUrl: null, guid: null }

    expect(fingerprint(other)).toMatchObject({
      urlKeys: [],
      guidKey: null,
      contentKey: fingerprint(article).contentKey,
    })
  })

  test('has another content key with other words', () => {
    const other = { ...article, paragraphs: ['The port is open.'] }

    expect(fingerprint(other).contentKey).not.toBe(fingerprint(article).contentKey)
  })
})

describe('a revision', () => {
  const { bodyHash } = fingerprint(article)

  test('is not made by white space, paragraph breaks, or the shape of quotes and dashes', () => {
    const paragraphs = ['“It was  dark,” she said – and left. The port\u00A0is closed.']

    expect(fingerprint({ ...article, paragraphs }).bodyHash).toBe(bodyHash)
  })

  test.each([
    { headline: 'Ferry strikes digger' },
    { standfirst: 'Divers are at work.' },
    { paragraphs: ['"It was dark," she said - and left.', 'The port is open.'] },
    { corrections: 'An earlier version named the wrong port.' },
  ])('is made by other text: %o', (change) => {
    expect(fingerprint({ ...article, ...change }).bodyHash).not.toBe(bodyHash)
  })
})

test('a number that is raised is another number', () => {
  const [plain, raised] = ['106 tonnes', '10⁶ tonnes'].map((text) =>
    fingerprint({ ...article, paragraphs: [text] }),
  )

  expect(raised?.bodyHash).not.toBe(plain?.bodyHash)
})

test.each([
  [0, 1],
  [230, 1],
  [460, 2],
  [700, 3],
])('%i words take %i minutes', (words, minutes) => {
  expect(readingMinutes(['word '.repeat(words)])).toBe(minutes)
})
