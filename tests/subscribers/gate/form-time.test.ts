import { expect, test } from 'vitest'
import { readFormTime, signFormTime } from '#subscribers/gate/form-time.ts'

const secrets = { tokenKey: Buffer.alloc(32, 1) }
const shown = new Date('2026-11-22T06:30:00Z')
const after = (ms: number) => new Date(shown.getTime() + ms)
const read = (text: string | undefined, ms: number) =>
  readFormTime(secrets, { text, now: after(ms) })

test.each([
  [0, 'too fast'],
  [1999, 'too fast'],
  [2000, 'fine'],
  [3_600_000, 'fine'],
  [24 * 3_600_000, 'fine'],
  [24 * 3_600_000 + 1, 'absent'],
  [-60_000, 'absent'],
])('a form filled in %d ms after it was shown is: %s', (ms, judged) => {
  expect(read(signFormTime(secrets, shown), ms)).toBe(judged)
})

test.each([undefined, ''])('a form of the publisher’s own has no time: %j', (text) => {
  expect(read(text, 0)).toBe('absent')
})

test('any changed character makes the time a forged one', () => {
  const text = signFormTime(secrets, shown)

  const judged = Array.from(text, (character, index) => {
    const other = character === 'a' ? 'b' : 'a'
    return read(text.slice(0, index) + other + text.slice(index + 1), 60_000)
  })

  expect(new Set(judged)).toEqual(new Set(['forged']))
})

test.each(['.', 'a', 'abc.', `.${'A'.repeat(22)}`, 'ü.ü', '\u0000', 'x'.repeat(10_000)])(
  '%j is no time of ours',
  (text) => {
    expect(read(text, 60_000)).toBe('forged')
  },
)

test('a time signed with another key is forged', () => {
  const text = signFormTime({ tokenKey: Buffer.alloc(32, 9) }, shown)

  expect(read(text, 60_000)).toBe('forged')
})
