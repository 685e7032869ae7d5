import { expect, test } from 'vitest'
import type { Telling } from '#stories/telling-store.ts'
import { newsOf } from '#stories/what-is-new.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour))
const first: Telling = {
  articleId: 1,
  revision: 1,
  current: true,
  at: at(6),
  headline: 'Fire on the ferry Marlow',
  publisher: 'The Harbour Courier',
  language: 'en',
  paragraphs: [
    'A fire broke out on the ferry Marlow off Port Ansel early on Monday, the coastguard said.',
    'All 212 people on board were brought ashore by lifeboats, and six of them were taken to hospital.',
  ],
}
const second: Telling = {
  ...first,
  articleId: 2,
  at: at(12),
  publisher: 'Ansel Radio',
  paragraphs: [
    'A fire broke out on the ferry Marlow off Port Ansel early on Monday.',
    'Investigators found that a refrigerated lorry of the haulier Brannik had caught fire on the lower deck.',
  ],
}

test('a later article tells what none had said, word for word', () => {
  const news = newsOf([first, second], at(8))

  expect(news).toMatchObject({ articleId: 2, publisher: 'Ansel Radio' })
  expect(news?.sentences.map(({ text }) => text)).toEqual([second.paragraphs[1]])
  for (const { text, paragraph, start, end } of news?.sentences ?? [])
    expect(second.paragraphs[paragraph]?.slice(start, end)).toBe(text)
})

test.each<[string, Telling[], number]>([
  ['nothing came since', [first, second], 13],
  ['what came says the same', [first, { ...first, articleId: 2, at: at(12) }], 8],
  ['the reader had nothing of it', [first, second], 5],
  ['what came was replaced since', [first, { ...second, current: false }], 8],
])('there is no news where %s', (_where, tellings, hour) => {
  expect(newsOf(tellings, at(hour))).toBeNull()
})

test('a revision that adds a fact is news by the same article', () => {
  const revised: Telling = {
    ...first,
    revision: 2,
    at: at(9),
    paragraphs: [
      ...first.paragraphs,
      'Two firefighters of the Brannik brigade died in the engine room on Monday evening.',
    ],
  }

  const news = newsOf([{ ...first, current: false }, revised], at(8))

  expect(news).toMatchObject({ articleId: 1, revision: 2 })
  expect(news?.sentences).toHaveLength(1)
})

test('the news is of one article, the latest that has some', () => {
  const third: Telling = {
    ...second,
    articleId: 3,
    at: at(15),
    paragraphs: [
      'The shipping company Norvik suspended its captain Einar Holt on Monday afternoon.',
    ],
  }

  expect(newsOf([first, second, third], at(8))).toMatchObject({ articleId: 3, sentences: [{}] })
})
