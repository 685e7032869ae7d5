import { expect, test } from 'vitest'
import { type Difference, differenceOf } from '#articles/revisions/difference.ts'

const article = {
  headline: 'Ferry strikes dredger in fog',
  standfirst: null as string | null,
  corrections: null as string | null,
  paragraphs: [
    'The ferry struck a dredger in fog on Saturday, and 12 passengers were hurt.',
    'The harbour authority closed the eastern channel.',
    'Two other ferries took the passengers home.',
  ],
}

/** The text on one side of a difference. */
function sideOf({ paragraphs }: Difference, gone: 'added' | 'removed'): string[] {
  return paragraphs.flatMap((paragraph) => {
    if (paragraph.kind === gone) return []
    if (paragraph.kind !== 'changed') return [paragraph.text]
    return [
      paragraph.words
        .filter(({ kind }) => kind !== gone)
        .map(({ text }) => text)
        .join(''),
    ]
  })
}

test('a changed word is marked in its paragraph, and the others stay whole', () => {
  const paragraphs = article.paragraphs.map((text) => text.replace('12 ', '21 '))

  const difference = differenceOf(article, { ...article, paragraphs })

  expect(difference).toMatchObject({ headline: null, standfirst: null, corrections: null })
  expect(difference.paragraphs.map(({ kind }) => kind)).toEqual(['changed', 'same', 'same'])
  expect(difference.paragraphs[0]).toEqual({
    kind: 'changed',
    words: [
      { kind: 'same', text: 'The ferry struck a dredger in fog on Saturday, and ' },
      { kind: 'removed', text: '12 ' },
      { kind: 'added', text: '21 ' },
      { kind: 'same', text: 'passengers were hurt.' },
    ],
  })
})

test('paragraphs that came and went are told apart from those that were reworded', () => {
  const [first = '', second = '', third = ''] = article.paragraphs
  const after = {
    ...article,
    paragraphs: [
      first,
      'Divers look for the propeller that broke off at noon.',
      second.replace('closed', 'has closed'),
    ],
  }

  const { paragraphs } = differenceOf(article, after)

  expect(paragraphs.map(({ kind }) => kind)).toEqual(['same', 'added', 'changed', 'removed'])
  expect(paragraphs.at(-1)).toEqual({ kind: 'removed', text: third })
})

test('headline, standfirst and corrections are compared too', () => {
  const difference = differenceOf(article, {
    ...article,
    headline: 'Ferry sinks dredger in fog',
    standfirst: 'Divers look.',
    corrections: 'The ferry was misnamed.',
  })

  expect(difference.headline).toContainEqual({ kind: 'added', text: 'sinks ' })
  expect(difference.standfirst).toEqual([{ kind: 'added', text: 'Divers look.' }])
  expect(difference.corrections).toEqual([{ kind: 'added', text: 'The ferry was misnamed.' }])
})

test('the shape of quotes and blanks is no difference', () => {
  const before = { ...article, paragraphs: ['"It was dark," she said - and left.'] }
  const after = { ...article, paragraphs: ['“It was dark,” she  said – and left.'] }

  expect(differenceOf(before, after).paragraphs.map(({ kind }) => kind)).toEqual(['same'])
})

test.each([
  ['reordered', ['c', 'b', 'a']],
  ['emptied', []],
  ['doubled', ['a', 'a', 'b', 'b', 'c', 'c']],
])('both texts can be read from the difference when paragraphs are %s', (_, order) => {
  const texts: Record<string, string> = { a: 'One two three.', b: 'Four five six.', c: 'Seven.' }
  const before = { ...article, paragraphs: ['a', 'b', 'c'].map((key) => texts[key] ?? '') }
  const after = { ...article, paragraphs: order.map((key) => texts[key] ?? '') }

  const difference = differenceOf(before, after)

  expect(sideOf(difference, 'added')).toEqual(before.paragraphs)
  expect(sideOf(difference, 'removed')).toEqual(after.paragraphs)
})

test('two bodies of 2,000 paragraphs and 2 MB without a word in common are compared', () => {
  const { paragraphs } = differenceOf(
    { ...article, paragraphs: bodyOf('a') },
    { ...article, paragraphs: bodyOf('b') },
  )

  expect(paragraphs).toHaveLength(4_000)
})

test('one paragraph of 20,000 characters that is wholly reworded is still one change', () => {
  const { paragraphs } = differenceOf(
    { ...article, paragraphs: [longOf('a')] },
    { ...article, paragraphs: [longOf('b')] },
  )

  expect(sideOf({ ...differenceOf(article, article), paragraphs }, 'removed')).toEqual([
    longOf('b'),
  ])
})

function bodyOf(mark: string): string[] {
  return Array.from({ length: 2_000 }, (_, index) =>
    Array.from({ length: 150 }, (__, word) => `${mark}${index}x${word}`).join(' '),
  )
}

function longOf(mark: string): string {
  const words = Array.from({ length: 4_000 }, (_, word) =>
    word % 2 === 0 ? `${mark}${word}` : 'and',
  )
  return words.join(' ')
}
