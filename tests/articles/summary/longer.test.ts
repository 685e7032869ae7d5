import { expect, test } from 'vitest'
import { summarise } from '#articles/summarise.ts'

const paragraphs = [
  'The council of Port Ansel voted on Tuesday to rebuild the fish market that burned down in March.',
  'Work on the hall begins in January and ends in the spring of the year after, the mayor of the town told the meeting.',
  'The hall is to have forty stalls, a cold store and a school kitchen, and its roof will carry solar panels for the quay.',
  'Gulls circled over the square while the vote was counted, and a brass band played for the fishermen outside.',
  'The market costs 12 million, more than the town earns in a year, because the old pier below it is at risk of collapse.',
  'Until then the 300 traders who lost their stalls will pay no rent at the freight shed, where they have sold since April.',
]
const article = { headline: 'Council votes', standfirst: null, paragraphs, language: 'en' }

test('the longer form says first what the summary says, and then why it matters, in the words of the article', () => {
  const { sentences, longer } = summarise(article, { maxSentences: 2, maxWords: 45 })

  const texts = (longer ?? []).map(({ text }) => text)
  expect(texts).toEqual(expect.arrayContaining(sentences.map(({ text }) => text)))
  expect(texts).toContain(paragraphs[4])
  expect(texts).toContain(paragraphs[5])
  for (const { text, paragraph, start, end } of longer ?? [])
    expect(paragraphs[paragraph]?.slice(start, end)).toBe(text)
  expect(texts.join(' ').split(' ').length).toBeLessThanOrEqual(120)
})

test('an article with no more to say has no longer form', () => {
  const short = { ...article, paragraphs: paragraphs.slice(0, 3) }

  expect(summarise(short, { maxWords: 100 }).longer).toBeNull()
})

test('a sentence of more than 40 words is not taken where a shorter one is fit', () => {
  const long = `The council of Port Ansel voted on Tuesday ${'after a debate of many hours '.repeat(8)}to rebuild the market.`

  const { sentences } = summarise({ ...article, paragraphs: [long, ...paragraphs.slice(1)] })

  expect(sentences.every(({ text }) => text.split(' ').length <= 40)).toBe(true)
})
