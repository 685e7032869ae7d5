import { describe, expect, test } from 'vitest'
import { afterFailure, nextPoll, type Rhythm } from '#articles/sources/polling/schedule.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Items at a steady gap, the latest `ago` before now. */
function every(gap: number, { count = 12, ago = gap }: { count?: number; ago?: number } = {}) {
  return Array.from({ length: count }, (_, index) => new Date(NOW.getTime() - ago - index * gap))
}

function minutesUntilPoll(rhythm: Partial<Rhythm>, chance = 0.5): number {
  const at = nextPoll(
    {
      itemTimes: [],
      known: true,
      hub: false,
      wishes: { ttlMinutes: null, maxAgeSeconds: null },
      ...rhythm,
    },
    { now: NOW, chance },
  )
  return Math.round((at.getTime() - NOW.getTime()) / MINUTE)
}

describe('a feed that answers is asked again by its rhythm', () => {
  const rows: [string, Partial<Rhythm>, number][] = [
    ['an item an hour: every quarter of it', { itemTimes: every(HOUR) }, 15],
    ['an item every six minutes: not under two minutes', { itemTimes: every(6 * MINUTE) }, 2],
    ['an item a day: not over an hour', { itemTimes: every(DAY) }, 60],
    [
      'many items at one moment, an hour apart, count as one',
      { itemTimes: every(HOUR).flatMap((time) => [time, time, time]) },
      15,
    ],
    ['silent for ten days: it sleeps', { itemTimes: every(HOUR, { ago: 10 * DAY }) }, 86],
    ['silent for two weeks: it sleeps longer', { itemTimes: every(HOUR, { ago: 14 * DAY }) }, 120],
    ['known and silent for longer than is looked at: six hours', { itemTimes: [] }, 360],
    ['new and empty: half an hour', { itemTimes: [], known: false }, 30],
    ['one item: half an hour', { itemTimes: every(HOUR, { count: 1 }) }, 30],
    ['with a hub: not under half an hour', { itemTimes: every(HOUR), hub: true }, 30],
    [
      'its ttl is kept',
      { itemTimes: every(HOUR), wishes: { ttlMinutes: 40, maxAgeSeconds: null } },
      40,
    ],
    [
      'its max-age is kept',
      { itemTimes: every(HOUR), wishes: { ttlMinutes: null, maxAgeSeconds: 2400 } },
      40,
    ],
    [
      'a ttl of a week is kept for an hour',
      { itemTimes: every(HOUR), wishes: { ttlMinutes: 10_080, maxAgeSeconds: null } },
      60,
    ],
    ['items dated in the future say nothing', { itemTimes: [new Date(NOW.getTime() + DAY)] }, 360],
  ]

  test.each(rows)('%s', (_rule, rhythm, minutes) => {
    expect(minutesUntilPoll(rhythm)).toBe(minutes)
  })

  test('chance moves it by a tenth at most, to both sides', () => {
    const itemTimes = every(4 * HOUR)

    expect([0, 0.5, 1].map((chance) => minutesUntilPoll({ itemTimes }, chance))).toEqual([
      54, 60, 66,
    ])
  })

  test('a feed that is busy at this hour is asked more often now than its quiet nights would have it', () => {
    const days = Array.from({ length: 14 }, (_, day) => NOW.getTime() - day * DAY)
    const itemTimes = days.flatMap((day) =>
      [0.2, 0.5, 0.8].map((hour) => new Date(day - hour * HOUR)),
    )
    const sparse = days.flatMap((day) => [8, 9, 10].map((hour) => new Date(day - hour * HOUR)))

    expect(minutesUntilPoll({ itemTimes })).toBeLessThan(20)
    expect(minutesUntilPoll({ itemTimes: sparse })).toBe(60)
  })
})

describe('a feed that fails is left alone for longer and longer', () => {
  const rows: [number, string, number][] = [
    [1, 'active', 5],
    [2, 'active', 10],
    [3, 'failing', 20],
    [6, 'failing', 160],
    [9, 'failing', 1280],
    [10, 'inactive', 1440],
    [400, 'inactive', 1440],
  ]

  test.each(rows)(
    'after %i in a row it is %s, and asked in %i minutes',
    (failures, state, wait) => {
      const failing = afterFailure({ failures, retryAfter: null }, { now: NOW, chance: 0.5 })

      expect(failing.state).toBe(state)
      expect((failing.pollAt.getTime() - NOW.getTime()) / MINUTE).toBe(wait)
    },
  )

  test('the moment that the server names is waited for, and never more than a day', () => {
    const waits = [2 * HOUR, 3 * DAY, MINUTE].map((ms) => {
      const retryAfter = new Date(NOW.getTime() + ms)
      const { pollAt } = afterFailure({ failures: 1, retryAfter }, { now: NOW, chance: 0.5 })
      return (pollAt.getTime() - NOW.getTime()) / MINUTE
    })

    expect(waits).toEqual([120, 1440, 5])
  })
})
