import { expect, test } from 'vitest'
import { everyoneOn, leftToday, mailsOfDay, STANDARD } from '#deliveries/warm-up.ts'

const CURVE = { ...STANDARD, from: '2026-11-22' }
const NOON = new Date('2026-11-22T12:00:00Z')

function onDay(day: number): Date {
  return new Date(NOON.getTime() + day * 86_400_000)
}

test.each([
  [-1, 0],
  [0, 200],
  [1, 300],
  [2, 450],
  [15, 87_578],
  [16, null],
])('on day %i the standard curve allows %s mails', (day, mails) => {
  expect(mailsOfDay(STANDARD, day)).toBe(mails)
})

test('what has left within a day counts against today', () => {
  expect(leftToday(CURVE, { sent: 120, now: onDay(0) })).toBe(80)
  expect(leftToday(CURVE, { sent: 500, now: onDay(0) })).toBe(0)
  expect(leftToday(CURVE, { sent: 500, now: onDay(16) })).toBeNull()
})

test.each([
  [150, '2026-11-22'],
  [201, '2026-11-23'],
  [87_578, '2026-12-07'],
  [1_000_000, '2026-12-08'],
])('an edition of %i readers reaches everybody on %s', (audience, day) => {
  expect(everyoneOn(CURVE, audience)).toBe(day)
})
