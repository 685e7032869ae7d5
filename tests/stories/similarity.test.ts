import { expect, test } from 'vitest'
import { countWords, likeness, SAME_STORY } from '#stories/similarity.ts'

const market = {
  headline: 'Council votes to rebuild the fish market',
  paragraphs: ['The north quay hall opens in March.'],
}
const again = {
  headline: 'Fish market to be rebuilt, council votes',
  paragraphs: ['A new hall on the north quay.'],
}
const derby = { headline: 'Rovers win the derby', paragraphs: ['A header in stoppage time.'] }

test('the same event in other words is alike, another event is not', () => {
  const [same = 0, other = 0] = likeness(countWords(market), [again, derby].map(countWords))

  expect(same).toBeGreaterThan(SAME_STORY)
  expect(other).toBeLessThan(SAME_STORY)
})

test('a text is wholly like itself, and not at all like an empty one', () => {
  const empty = { headline: '', paragraphs: [] }

  const [self, nothing] = likeness(countWords(market), [market, empty].map(countWords))

  expect(self).toBeCloseTo(1)
  expect(nothing).toBe(0)
})

test('a headline counts three times, and small words not at all', () => {
  const words = countWords({
    headline: 'The market and the quay',
    paragraphs: ['The market opens.'],
  })

  expect(Object.fromEntries(words)).toEqual({ market: 4, quay: 3, opens: 1 })
})

test('only the beginning of a long article counts', () => {
  const long = {
    headline: 'Market',
    paragraphs: [Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ')],
  }

  expect(countWords(long).size).toBe(151)
})

test('without neighbours there is nothing to be like', () => {
  expect(likeness(countWords(market), [])).toEqual([])
})
