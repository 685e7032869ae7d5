import { expect, test } from 'vitest'
import { dateLine, dayIn, momentLine, partOfDay } from '#editions/dates.ts'

const now = new Date('2026-11-22T23:30:00Z')

test('the day is the day of the zone', () => {
  expect(
    ['Europe/London', 'Asia/Tokyo', 'America/Los_Angeles'].map((zone) => dayIn(zone, now)),
  ).toEqual(['2026-11-22', '2026-11-23', '2026-11-22'])
})

test('the masthead says the day before the month, in the language of the publication', () => {
  expect(dateLine({ language: 'en', timeZone: 'Europe/London', now })).toBe(
    'Sunday, 22 November 2026',
  )
  expect(dateLine({ language: 'de', timeZone: 'Europe/Berlin', now })).toBe(
    'Montag, 23. November 2026',
  )
})

test('an alert says the hour with its zone', () => {
  expect(momentLine({ language: 'en', timeZone: 'Europe/Berlin', now })).toBe(
    '00:30 CET, 23 November',
  )
})

test('morning ends at noon and evening begins at five', () => {
  const parts = ['00:00:00', '11:59:00', '12:00:00', '16:59:00', '17:00:00'].map(partOfDay)

  expect(parts).toEqual(['morning', 'morning', 'day', 'day', 'evening'])
})
