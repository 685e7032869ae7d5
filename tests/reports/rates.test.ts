import { expect, test } from 'vitest'
import { BOUNCE_LINES, COMPLAINT_LINES, levelOf, percent } from '#reports/rates.ts'

test.each([
  { count: 0, of: 0, level: 'fine' },
  { count: 0, of: 50_000, level: 'fine' },
  { count: 4, of: 10_000, level: 'fine' },
  { count: 5, of: 10_000, level: 'early' },
  { count: 10, of: 10_000, level: 'over' },
  { count: 29, of: 10_000, level: 'over' },
  { count: 30, of: 10_000, level: 'far over' },
])('$count complaints of $of mails are $level', ({ count, of, level }) => {
  expect(levelOf({ count, of }, COMPLAINT_LINES).level).toBe(level)
})

test('one complaint of a small list is a person, two are a rate', () => {
  expect(levelOf({ count: 1, of: 200 }, COMPLAINT_LINES).level).toBe('fine')
  expect(levelOf({ count: 2, of: 200 }, COMPLAINT_LINES).level).toBe('far over')
  expect(levelOf({ count: 1, of: 1000 }, COMPLAINT_LINES).level).toBe('over')
})

test.each([
  { count: 99, level: 'fine' },
  { count: 100, level: 'early' },
  { count: 200, level: 'over' },
  { count: 500, level: 'far over' },
])('$count returned of 10,000 are $level', ({ count, level }) => {
  expect(levelOf({ count, of: 10_000 }, BOUNCE_LINES).level).toBe(level)
})

test('a share of nothing is a dash', () => {
  expect(percent(levelOf({ count: 0, of: 0 }, BOUNCE_LINES).rate)).toBe('–')
  expect(percent(0.00123)).toBe('0.12 %')
})
