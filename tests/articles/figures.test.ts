import { describe, expect, test } from 'vitest'
import { readArticle } from '#articles/read-article.ts'

const PROSE = [
  'The ferry Marlow struck a dredger in fog on Saturday morning, and 14 of its 212 passengers were hurt.',
  'The harbour authority closed the eastern channel until divers have looked at the sea bed, it said.',
  'Two other ferries took the passengers of the evening to Gull Island from the quay of the old fish market.',
]

function read(text: string, url: string | null = null) {
  return readArticle({ bytes: new TextEncoder().encode(text), url })
}

const FIGURES = [
  ['a linked footnote', '25<sup><a href="#f1">1</a></sup> tonnes', '25 tonnes'],
  ['a footnote in a link', '25<a href="#f1"><sup>1</sup></a> tonnes', '25 tonnes'],
  ['a footnote in brackets', '25<sup>[1]</sup> tonnes', '25 tonnes'],
  ['a power', '10<sup>6</sup> tonnes', '10⁶ tonnes'],
  ['a negative power', '10<sup>-6</sup> tonnes', '10⁻⁶ tonnes'],
  ['a formula', '25 tonnes of CO<sub>2</sub>', '25 tonnes of CO₂'],
  ['an ordinal', 'the 21<sup>st</sup> ship', 'the 21st ship'],
  ['a struck number', '<del>30</del><ins>25</ins> tonnes', '25 tonnes'],
  ['old struck numbers', '<s>30</s><strike>31</strike> 25 tonnes', '25 tonnes'],
] as const

describe('a number stays the number it was', () => {
  test.each(FIGURES)('in a page: %s', (_, markup, text) => {
    const page = `<html><body><article><h1>Lost ${markup}</h1>${PROSE.map((prose) => `<p>${prose}</p>`).join('')}<p>The dredger lost ${markup} on Saturday night.</p></article></body></html>`

    const article = read(page)

    expect(article.headline).toBe(`Lost ${text}`)
    expect(article.paragraphs.at(-1)).toBe(`The dredger lost ${text} on Saturday night.`)
  })

  test.each(FIGURES)('in JSON: %s', (_, markup, text) => {
    const sentence = `The dredger lost ${markup} on Saturday night.`
    const inHtml = read(
      JSON.stringify({ headline: markup, html: `<p>${PROSE[0]}</p><p>${sentence}</p>` }),
    )
    const inParagraphs = read(
      JSON.stringify({ headline: markup, paragraphs: [PROSE[0], sentence] }),
    )

    for (const article of [inHtml, inParagraphs]) {
      expect(article.headline).toBe(text)
      expect(article.paragraphs[1]).toBe(`The dredger lost ${text} on Saturday night.`)
    }
  })

  test('on both sides of a line break in a headline', () => {
    const page = `<html><body><article><h1>Fire kills 2<br>300 hurt</h1><p>${PROSE.join('</p><p>')}</p></article></body></html>`

    expect(read(page).headline).toBe('Fire kills 2 300 hurt')
  })
})

describe('a line break', () => {
  test('inside a sentence is a space, and after one ends the paragraph', () => {
    const html = `<p>${PROSE[0]}<br>${PROSE[1]}</p><p>The blast killed two<br>hundred people were hurt in the harbour.</p>`

    const article = read(JSON.stringify({ headline: 'Ferry', html }))

    expect(article.paragraphs).toEqual([
      PROSE[0],
      PROSE[1],
      'The blast killed two hundred people were hurt in the harbour.',
    ])
  })
})

describe('characters that mean something', () => {
  test('joiners of Persian and emoji stay; joiners at the edge of a word do not', () => {
    const article = read(
      JSON.stringify({
        headline: 'می\u200Cخواهم 👩\u200D🚒 one\u200B two\u200D',
        paragraphs: PROSE,
      }),
    )

    expect(article.headline).toBe('می\u200Cخواهم 👩\u200D🚒 one two')
  })

  test.each(['If x <b or y> z', 'If x <p or y> z', 'If a <s and b> c'])(
    'what is no tag stays: %s',
    (text) => {
      const article = read(JSON.stringify({ headline: text, body: [text, ...PROSE].join('\n\n') }))

      expect(article.headline).toBe(text)
      expect(article.paragraphs).toEqual([text, ...PROSE])
    },
  )
})
