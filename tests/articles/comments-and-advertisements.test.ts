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

const COMMENT = 'I was on board that morning and nobody told us anything at all about the fog.'
const HEADINGS = [
  'Reader opinions',
  "Readers' comments",
  'Have your say',
  'What readers say',
  'What our readers say',
  'Join the discussion',
  'Join the conversation',
  'Responses',
  '12 comments',
  'Add a comment',
]

describe('what readers wrote', () => {
  test.each(HEADINGS)('is left out of a text after: %s', (heading) => {
    const article = read(['Ferry strikes dredger', ...PROSE, heading, COMMENT].join('\n\n'))

    expect(article.paragraphs).toEqual(PROSE)
  })

  test.each(HEADINGS)('is left out of a page after a heading without a class: %s', (heading) => {
    const comments = `<p>${COMMENT}</p>`.repeat(8)

    const article = read(
      `<html><head><title>Ferry strikes dredger</title></head><body><article><h1>Ferry strikes dredger</h1><p>${PROSE.join('</p><p>')}</p><div><h3>${heading}</h3></div>${comments}</article></body></html>`,
    )

    expect(article.paragraphs).toEqual(PROSE)
  })

  test('is not what follows the subhead "Discussion"', () => {
    const [first = '', ...rest] = PROSE
    const page = `<html><body><article><h1>Ferry</h1><p>${first.repeat(2)}</p><h3>Discussion</h3><p>${rest.join('</p><p>')}</p></article></body></html>`

    const written = read(['Ferry strikes dredger', first, 'Discussion', ...rest].join('\n\n'))

    expect(written.paragraphs).toEqual(PROSE)
    expect(read(page).paragraphs.slice(-2)).toEqual(rest)
  })
})

describe('the paragraph after ADVERTISEMENT', () => {
  const [first = '', ...rest] = PROSE
  const around = (label: string, next: string) =>
    read(['Ferry strikes dredger', first, label, next, ...rest].join('\n\n')).paragraphs

  test.each([
    [
      'ADVERTISEMENT',
      'Upgrade your kitchen with Hale & Sons and take 40% off every oven until Sunday.',
    ],
    [
      'ADVERTISEMENT',
      'You deserve better sleep. Our mattresses are on sale for $299 until Sunday night.',
    ],
    [
      'Anzeige',
      'Jetzt bestellen und sparen: das neue Angebot von Hale & Sons gilt nur bis Sonntag.',
    ],
  ])('is dropped where it sells: %s', (label, advertisement) => {
    expect(around(label, advertisement)).toEqual(PROSE)
  })

  test.each([
    'Shop owners at the quay said they would offer free coffee to everybody who was on board today.',
    '"You can see your breath in there today," is how one of the divers described the cold wheelhouse.',
    'The inquiry opens on Monday in the old customs house and will hear 30 witnesses.',
  ])('is kept where it reports: %s', (report) => {
    expect(around('ADVERTISEMENT', report)).toEqual([first, report, ...rest])
  })
})
