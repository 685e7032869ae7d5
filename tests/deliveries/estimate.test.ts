import { expect, test } from 'vitest'
import {
  type EstimateInput,
  estimateFinish,
  lateInWords,
  type RelayUse,
} from '#deliveries/estimate.ts'

const NOW = new Date('2026-11-22T06:00:00Z')
const HOUR = 3_600_000

function after(ms: number): Date {
  return new Date(NOW.getTime() + ms)
}

function relayOf(set: Partial<RelayUse>): RelayUse {
  return {
    name: 'ses',
    rate: null,
    hourly: null,
    daily: null,
    hourStart: null,
    hourCount: 0,
    dayStart: null,
    dayCount: 0,
    ...set,
  }
}

function inputOf(set: Partial<EstimateInput> = {}): EstimateInput {
  return {
    shares: [{ destination: 'other', releaseAt: NOW, mails: 36_000 }],
    rates: {},
    relays: null,
    measured: null,
    spreadMs: 0,
    notAfterMs: 6 * HOUR,
    now: NOW,
    ...set,
  }
}

function minutes(finishAt: Date | null): number | null {
  return finishAt === null ? null : Math.round((finishAt.getTime() - NOW.getTime()) / 60_000)
}

test.each<[string, Partial<EstimateInput>, [minutes: number | null, words: string | null]]>([
  ['without limits nobody can say', {}, [null, null]],
  [
    'the last editions say it, where nothing else does',
    { measured: 600 },
    [1, 'the last editions left at 600 mails a second'],
  ],
  ['a spread takes its time', { spreadMs: HOUR, measured: 600 }, [60, 'the spread of 60 min']],
  [
    'a relay has a rate',
    { relays: [relayOf({ rate: 10 })] },
    [60, 'relay ses takes 10 mails a second'],
  ],
  [
    'two relays add up',
    { relays: [relayOf({ rate: 10 }), relayOf({ name: 'own', rate: 30 })] },
    [15, 'relay ses takes 10 mails a second, and relay own takes 30 mails a second'],
  ],
  [
    'what is used of an hour waits for the next',
    { relays: [relayOf({ hourly: 50_000, hourStart: after(-HOUR / 2), hourCount: 40_000 })] },
    [30, 'relay ses takes 50,000 an hour'],
  ],
  [
    'a cap of an hour leaves a part to what is urgent',
    { relays: [relayOf({ hourly: 12_000 })] },
    [180, 'relay ses takes 12,000 an hour'],
  ],
  [
    'a cap of a day waits for tomorrow',
    { relays: [relayOf({ daily: 30_000 })] },
    [1440, 'relay ses takes 30,000 a day'],
  ],
  [
    'a destination has its own rate',
    { rates: { google: 1, other: 20 } },
    [30, 'other gets 20 mails a second'],
  ],
])('%s', (_rule, set, expected) => {
  const { finishAt, limitedBy } = estimateFinish(inputOf(set))

  expect([minutes(finishAt), limitedBy]).toEqual(expected)
})

test('readers of a later hour come after it, and only the mails that miss their time are late', () => {
  const shares = [
    { destination: 'google', releaseAt: NOW, mails: 3600 },
    { destination: 'google', releaseAt: after(2 * HOUR), mails: 7200 },
  ]

  const fits = estimateFinish(inputOf({ shares, rates: { google: 2 }, notAfterMs: HOUR }))
  const slow = estimateFinish(inputOf({ shares, rates: { google: 1.5 }, notAfterMs: HOUR }))

  expect(fits).toMatchObject({ mails: 10_800, late: 0 })
  expect(minutes(fits.finishAt)).toBe(180)
  expect(slow).toMatchObject({ mails: 10_800, late: 7200 - 5400 })
  expect(minutes(slow.finishAt)).toBe(200)
})

test('of a spread that is longer than their time, the rest is late', () => {
  expect(estimateFinish(inputOf({ spreadMs: 8 * HOUR })).late).toBe(9000)
})

test('nothing to send is never late', () => {
  expect(estimateFinish(inputOf({ shares: [], spreadMs: HOUR }))).toEqual({
    mails: 0,
    finishAt: null,
    limitedBy: null,
    late: 0,
  })
})

test('a finish past its time is told with the numbers and the ways out', () => {
  const input = inputOf({ relays: [relayOf({ rate: 1 })] })

  const words = lateInWords(estimateFinish(input), input)

  expect(words).toBe(
    '14,400 of 36,000 mails would leave too late: relay ses takes 1 mails a second, so the last would leave at ' +
      '2026-11-22 16:00 UTC, and each has to leave within 6 h of its hour. Give it a higher limit, another relay, or ' +
      'more time ("send by")',
  )
  expect(lateInWords(estimateFinish(inputOf({ measured: 600 })), inputOf())).toBeUndefined()
})
