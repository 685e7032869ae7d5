import { describe, expect, test } from 'vitest'
import { durationInWords, parseDuration } from '#duration.ts'

const HOUR = 3_600_000

describe('a duration', () => {
  test.each([
    ['0', 0],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 2 * HOUR],
    ['24h', 24 * HOUR],
  ])('"%s" is taken', (text, ms) => {
    expect(parseDuration(text, { field: 'spread', mostMs: 24 * HOUR })).toBe(ms)
  })

  test.each(['', '10', 'm', '-5m', '1.5h', '10 m', '2d', '25h', '9999999s', '10M', '1h30m'])(
    '"%s" is refused by name, with the ways to write it',
    (text) => {
      const parse = () => parseDuration(text, { field: 'spread', mostMs: 24 * HOUR })

      expect(parse).toThrow(`spread "${text}" is not a time: write 0, or seconds`)
      expect(parse).toThrow('at most 24 h')
    },
  )

  test.each([
    [0, '0 s'],
    [89_400, '89 s'],
    [90_000, '2 min'],
    [89 * 60_000, '89 min'],
    [2 * HOUR, '2 h'],
    [3 * HOUR + 20 * 60_000, '3 h 20 min'],
    [-5, '0 s'],
  ])('%d ms are said as %s', (ms, words) => {
    expect(durationInWords(ms)).toBe(words)
  })
})
