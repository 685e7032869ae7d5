import { expect, test } from 'vitest'
import { COMMON, IN_HEADLINE, NAME, packTerms, termsOf, unpackTerms } from '#stories/terms.ts'

const article = {
  headline: 'Strikers block Velmar harbour',
  text: 'The harbour of Velmar was blocked on Monday. Cranes stood still, Ada Brandt said, and Ada Brandt said it again.',
  language: 'en',
}
const only = (text: string, language = 'en') => termsOf({ headline: '', text, language })
const markOf = (text: string) => only(text).marks[0] ?? 0

test('what is stored is read as it was', () => {
  const terms = termsOf(article)

  expect(unpackTerms(packTerms(terms))).toEqual(terms)
  expect(terms.hashes.length).toBeGreaterThan(5)
})

test('forms of one word are one term, and small words none', () => {
  expect(only('strike striking strikes').hashes).toHaveLength(1)
  expect(only('the and of with').hashes).toHaveLength(0)
})

test.each([
  ['with a capital inside a sentence it is a name', 'they saw Brandt', NAME],
  ['at the start of a sentence it is none', 'Brandtish weather', 0],
  ['a word of all news is common', 'police', COMMON],
])('%s', (_rule, text, mark) => {
  const marks = [...only(text).marks]

  expect(marks.some((each) => each === mark)).toBe(true)
  expect(markOf('Brandtish weather') & NAME).toBe(0)
})

test('a word of the headline counts three times, and once more in the body', () => {
  const { counts, marks } = termsOf({ headline: 'Velmar', text: 'in Velmar', language: 'en' })

  expect([...counts]).toEqual([4])
  expect([...marks]).toEqual([IN_HEADLINE | NAME])
})

test('scripts without blanks are compared by pairs of characters', () => {
  expect(only('市議会が', 'ja').hashes).toHaveLength(3)
})

test.each([
  'Morning briefing: five things to know',
  'The week in Velmar: fire and wind',
  'Market close: shippers lead',
  'Presseschau: Stimmen zum Streik',
  'Die Woche an der Küste',
])('a round-up is compared with nothing: %s', (headline) => {
  expect(termsOf({ ...article, headline }).hashes).toHaveLength(0)
  expect(
    termsOf({ ...article, headline: 'Briefings resume in Velmar' }).hashes.length,
  ).toBeGreaterThan(0)
})
