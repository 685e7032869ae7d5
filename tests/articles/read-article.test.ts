import { describe, expect, test } from 'vitest'
import type { ArticleInput } from '#articles/article.ts'
import { readArticle } from '#articles/read-article.ts'

const utf8 = new TextEncoder()
const PROSE = [
  'The ferry Marlow struck a dredger in fog on Saturday morning, and 14 of its 212 passengers were hurt.',
  'The harbour authority closed the eastern channel until divers have looked at the sea bed, it said.',
]

function read(text: string, about: Omit<ArticleInput, 'bytes'> = {}) {
  return readArticle({ bytes: utf8.encode(text), ...about })
}

function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

const written = `Ferry strikes dredger\n\n${PROSE.join('\n\n')}`

describe('what is refused', () => {
  test.each([
    ['nothing', new Uint8Array(), /empty/],
    ['white space', utf8.encode(' \n\t '), /empty/],
    ['a PDF', latin('%PDF-1.7 …'), /a PDF, not an article/],
    ['a PNG', latin('\u0089PNG\r\n\u001A\n'), /a PNG image/],
    ['a ZIP', latin('PK\u0003\u0004rest'), /a ZIP archive/],
    ['bytes with NULs', latin('text\u0000\u0000text'), /a binary file/],
    ['more than 5 MB', new Uint8Array(5 * 1024 * 1024 + 1).fill(97), /too large: 5\.0 MB/],
    ['a feed', utf8.encode('<?xml version="1.0"?><rss><channel/></rss>'), /feed, not an article/],
    ['broken JSON', utf8.encode('{"headline": "A", '), /cannot be parsed/],
    ['a list', utf8.encode('[{"headline": "A"}]'), /must be one object/],
    ['a headline alone', utf8.encode('Ferry strikes dredger'), /Nothing here reads as an article/],
  ])('%s', (_, bytes, message) => {
    const reading = () => readArticle({ bytes })

    expect(reading).toThrow(message)
    expect(reading).toThrow(expect.objectContaining({ name: 'Refusal', status: 422 }))
  })

  test.each([
    ['headline', { headline: 42, body: PROSE.join('\n\n') }],
    ['headline', { body: PROSE.join('\n\n') }],
    ['body', { headline: 'Ferry strikes dredger' }],
    ['paragraphs.1', { headline: 'Ferry', paragraphs: ['One.', 2] }],
    ['breaking', { headline: 'Ferry', body: 'x', breaking: 'yes' }],
    ['publishedAt', { headline: 'Ferry', body: 'x', publishedAt: 'soon' }],
    ['articleBody', { '@type': 'NewsArticle', headline: 'Ferry' }],
    ['@type', { '@type': 'Recipe', name: 'Soup' }],
  ])('JSON with a wrong field, which is named: %s', (field, json) => {
    expect(() => read(JSON.stringify(json))).toThrow(expect.objectContaining({ field }))
  })

  test('a page that is nothing but navigation', () => {
    const links = Array.from({ length: 60 }, (_, n) => `<li><a href="/${n}">Story ${n}</a></li>`)

    const reading = () => read(`<html><body><nav><ul>${links.join('')}</ul></nav></body></html>`)

    expect(reading).toThrow(/Nothing here reads as an article/)
  })

  test.each([
    ['100,000 open elements', `<html><body>${'<div>'.repeat(100_000)}<p>x</p>`],
    ['a million elements', `<html><body>${'<b></b>'.repeat(500_000)}`],
    ['tables in tables', `<html><body>${'<table><tr><td>'.repeat(240)}x`],
    ['a million entities', `<html><body><p>${'&amp;'.repeat(900_000)}`],
    ['unfinished tags', `<html><body>${'<a '.repeat(200_000)}`],
  ])('hostile markup: %s', (_, html) => {
    expect(() => read(html)).toThrow(expect.objectContaining({ name: 'Refusal' }))
  })
})

describe('characters', () => {
  test('bytes that are not UTF-8 are windows-1252, with its quotation marks', () => {
    const bytes = latin(`Ferry \u0093strikes\u0094 dredger\n\n${PROSE.join('\n\n')} Caf\u00E9.`)

    const article = readArticle({ bytes })

    expect(article.headline).toBe('Ferry “strikes” dredger')
    expect(article.paragraphs.at(-1)).toContain('Café.')
  })

  test('the charset of the content type is used', () => {
    const bytes = latin(`\u00C6\u00C5\u00D2\u00D2\u00D9 strikes dredger\n\n${PROSE.join('\n\n')}`)

    const article = readArticle({ bytes, contentType: 'text/plain; charset=koi8-r' })

    expect(article.headline).toBe('ферры strikes dredger')
  })

  test('the charset of a meta element is used', () => {
    const bytes = latin(
      `<html><head><meta charset="iso-8859-2"><title>\u00A3\u00F3d\u00BC</title></head><body><article>${PROSE.map((text) => `<p>${text}</p>`).join('')}</article></body></html>`,
    )

    expect(readArticle({ bytes }).headline).toBe('Łódź')
  })

  test('a byte order mark decides', () => {
    const bytes = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(written, 'utf16le')])

    expect(readArticle({ bytes }).headline).toBe('Ferry strikes dredger')
  })

  test('what is invisible is gone: bidi controls, zero width, soft hyphens, controls', () => {
    const article = read(
      `Fer\u200Bry \u202Estrikes\u202C dred\u00ADger\u2066\u2069\u0007\n\n${PROSE.join('\n\n')}`,
    )

    expect(article.headline).toBe('Ferry strikes dredger')
  })

  test('letters are composed, and a headline is cut at 300 characters', () => {
    const article = read(
      JSON.stringify({ headline: `Cafe\u0301 ${'word '.repeat(90)}`, paragraphs: PROSE }),
    )

    expect(article.headline).toMatch(/^Café word .*…$/)
    expect(article.headline.length).toBeLessThanOrEqual(300)
  })
})

describe('JSON', () => {
  test('is read with all its fields', () => {
    const article = read(
      JSON.stringify({
        title: 'Ferry strikes dredger',
        text: PROSE.join('\n\n'),
        id: 77,
        author: { name: 'Nora Vance' },
        publisher: 'The Harbour Courier',
        publishedAt: '2026-11-21T09:20:00+01:00',
        language: 'en_GB',
        url: 'https://courier.example.com/a?id=7&utm_source=x&fbclid=y#top',
        image: {
          url: 'https://images.example.com/a.jpg',
          alt: 'The ferry',
          width: 800,
          height: 450,
        },
        topics: ['Harbour', 'harbour', 'Ferries'],
        description: 'Divers are at work.',
        section: 'Harbour',
        updatedAt: '2026-11-21T10:00:00Z',
        embargoUntil: '2026-11-21T12:00:00Z',
        breaking: true,
        somethingElse: { ignored: true },
      }),
    )

    expect(article).toEqual({
      headline: 'Ferry strikes dredger',
      standfirst: 'Divers are at work.',
      byline: 'Nora Vance',
      publisher: 'The Harbour Courier',
      publishedAt: new Date('2026-11-21T08:20:00Z'),
      updatedAt: new Date('2026-11-21T10:00:00Z'),
      language: 'en-GB',
      canonicalUrl: 'https://courier.example.com/a?id=7',
      twinUrls: [],
      guid: '77',
      paragraphs: PROSE,
      image: { url: 'https://images.example.com/a.jpg', alt: 'The ferry', width: 800, height: 450 },
      topics: ['Harbour', 'Ferries'],
      section: 'Harbour',
      corrections: null,
      embargoUntil: new Date('2026-11-21T12:00:00Z'),
      place: null,
      breaking: true,
    })
  })

  test.each(['html', 'body'])('markup in `%s` becomes text', (field) => {
    const article = read(
      JSON.stringify({
        headline: 'Tom &amp; <b>Jane</b> at <script>alert(1)</script>5 < 6',
        [field]: `<p>${PROSE[0]}</p><script>alert(1)</script><p onclick="x()">${PROSE[1]}</p>`,
      }),
    )

    expect(article.headline).toBe('Tom & Jane at 5 < 6')
    expect(article.paragraphs).toEqual(PROSE)
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:secret@example.com/',
    'ftp://a/b',
  ])('an address that is not plainly http(s) is dropped: %s', (url) => {
    const article = read(JSON.stringify({ headline: 'Ferry', paragraphs: PROSE, url, image: url }))

    expect(article).toMatchObject({ canonicalUrl: null, image: null })
  })

  test('a schema.org NewsArticle is read', () => {
    const article = read(
      JSON.stringify({
        '@graph': [
          {
            '@type': ['NewsArticle'],
            headline: 'Ferry strikes dredger',
            articleBody: PROSE.join('\n\n'),
            author: [{ name: 'Nora Vance' }, { name: 'Pell Strand' }],
            keywords: 'Harbour, Ferries',
            datePublished: '2026-11-21',
          },
        ],
      }),
    )

    expect(article).toMatchObject({
      headline: 'Ferry strikes dredger',
      byline: 'Nora Vance, Pell Strand',
      topics: ['Harbour', 'Ferries'],
      paragraphs: PROSE,
      publishedAt: new Date('2026-11-21T00:00:00Z'),
    })
  })
})
