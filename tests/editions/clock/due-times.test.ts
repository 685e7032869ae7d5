import { expect, test } from 'vitest'
import { dueTimesIn, type Rhythm } from '#editions/clock/due-times.ts'

const daily: Rhythm = {
  cadence: 'daily',
  hours: ['07:00:00'],
  days: null,
  weeklyDay: 6,
  zones: ['Europe/Berlin'],
}

function due(rhythm: Partial<Rhythm>, after: string, until: string): string[] {
  return dueTimesIn(
    { ...daily, ...rhythm },
    { after: new Date(after), until: new Date(until) },
  ).map(({ localDate, slot, dueAt }) => `${localDate} #${slot} ${dueAt.toISOString()}`)
}

test('each day once, whatever the clocks do', () => {
  expect(due({}, '2026-03-27T12:00:00Z', '2026-03-30T12:00:00Z')).toEqual([
    '2026-03-28 #1 2026-03-28T06:00:00.000Z',
    '2026-03-29 #1 2026-03-29T05:00:00.000Z',
    '2026-03-30 #1 2026-03-30T05:00:00.000Z',
  ])
})

test('an hour that is left out, and one that comes twice, is one due time', () => {
  const night = { hours: ['02:30:00'] }

  expect(due(night, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toEqual([
    '2026-03-29 #1 2026-03-29T01:30:00.000Z',
  ])
  expect(due(night, '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual([
    '2026-10-25 #1 2026-10-25T01:30:00.000Z',
  ])
})

test('several a day, on chosen days', () => {
  const twice = { hours: ['07:00:00', '18:00:00'], days: [1, 5], cadence: 'custom' as const }

  expect(due(twice, '2026-11-19T23:30:00Z', '2026-11-23T20:00:00Z')).toEqual([
    '2026-11-20 #1 2026-11-20T06:00:00.000Z',
    '2026-11-20 #2 2026-11-20T17:00:00.000Z',
    '2026-11-23 #1 2026-11-23T06:00:00.000Z',
    '2026-11-23 #2 2026-11-23T17:00:00.000Z',
  ])
})

test('a weekly one on its day', () => {
  expect(due({ cadence: 'weekly' }, '2026-11-15T00:00:00Z', '2026-11-30T00:00:00Z')).toEqual([
    '2026-11-21 #1 2026-11-21T06:00:00.000Z',
    '2026-11-28 #1 2026-11-28T06:00:00.000Z',
  ])
})

test('at each reader’s own hour it is due when the first of them comes to it', () => {
  const zones = ['America/New_York', 'Pacific/Kiritimati', 'Europe/Berlin']

  expect(due({ zones }, '2026-11-21T12:00:00Z', '2026-11-22T12:00:00Z')).toEqual([
    '2026-11-22 #1 2026-11-21T17:00:00.000Z',
  ])
})

test('what lies before is not due again', () => {
  expect(due({}, '2026-11-22T06:00:00Z', '2026-11-23T05:59:59Z')).toEqual([])
})
