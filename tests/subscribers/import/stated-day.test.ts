import { expect, test } from 'vitest'
import { parseMoment } from '#subscribers/import/formats/stated-day.ts'

const NOW = new Date('2026-11-22T06:30:00Z')

test.each([
  ['2024-05-01', '2024-05-01T00:00:00.000Z'],
  ['2024-05-01 10:22:33', '2024-05-01T10:22:33.000Z'],
  ['2024-05-01 10:22:33 UTC', '2024-05-01T10:22:33.000Z'],
  ['2024-05-01T10:22:33.123456+02:00', '2024-05-01T08:22:33.123Z'],
  ['2024-05-01 10:22+02', '2024-05-01T08:22:00.000Z'],
  ['1714558953', '2024-05-01T10:22:33.000Z'],
  ['1.5.2024', '2024-05-01T00:00:00.000Z'],
  ['31/05/2024 10:22', '2024-05-31T10:22:00.000Z'],
  ['05/31/2024', '2024-05-31T00:00:00.000Z'],
  ['May 1, 2024', '2024-05-01T00:00:00.000Z'],
])('%s is %s', (text, wanted) => {
  expect(parseMoment(text, NOW)?.toISOString()).toBe(wanted)
})

test.each([
  '',
  '03/04/2024',
  '2027-01-01',
  '1970-01-01',
  '2024-13-01',
  '2024-02-31T99:00',
  'yesterday',
  '0',
])('"%s" is no moment that counts as consent', (text) => {
  expect(parseMoment(text, NOW)).toBeUndefined()
})
