import { expect, test } from 'vitest'
import { isUnusual, usualFresh } from '#articles/sources/polling/volume.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const HOUR = 3_600_000
const seededAt = new Date(NOW.getTime() - 10 * 24 * HOUR)

function polls(...fresh: number[]) {
  return fresh.map((count, index) => ({
    at: new Date(NOW.getTime() - (fresh.length - index) * HOUR),
    fresh: count,
  }))
}

test('usual is the middle of the polls that found something', () => {
  expect(usualFresh(polls(0, 6, 0, 5, 7, 0, 0, 6), { now: NOW, seededAt })).toBe(6)
})

test('nothing is called unusual before five polls or two days', () => {
  const young = new Date(NOW.getTime() - 4 * HOUR)

  expect(usualFresh(polls(1, 1, 1), { now: NOW, seededAt: young })).toBeUndefined()
  expect(usualFresh(polls(1, 1, 1, 1, 1), { now: NOW, seededAt: young })).toBe(1)
  expect(usualFresh(polls(1), { now: NOW, seededAt })).toBe(1)
})

test('after a long silence of ours, as many as that time brings are usual', () => {
  const old = polls(...Array.from({ length: 48 }, () => 5)).map(({ at, fresh }) => ({
    at: new Date(at.getTime() - 24 * HOUR),
    fresh,
  }))

  expect(usualFresh(old, { now: NOW, seededAt })).toBeGreaterThan(100)
})

test.each([
  [47, 6, true],
  [24, 6, false],
  [25, 6, true],
  [10, 0, false],
  [11, 0, true],
  [1000, undefined, false],
])('%i new where %s are usual: held is %s', (fresh, usual, held) => {
  expect(isUnusual(fresh, usual)).toBe(held)
})
