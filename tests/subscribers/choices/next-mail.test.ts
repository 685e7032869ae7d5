import { expect, test } from 'vitest'
import { type Coming, nextMailAt, type Whereabouts } from '#subscribers/choices/next-mail.ts'

// A Sunday, 06:30 in London.
const now = new Date('2026-11-22T06:30:00Z')
const london: Whereabouts = { hour: null, timeZone: 'Europe/London', snoozedUntil: null, now }
const daily: Coming = {
  kind: 'digest',
  rhythm: 'daily',
  localTime: '06:30',
  weeklyDay: 6,
  cadence: 'daily',
}
const weekly: Coming = { ...daily, rhythm: 'weekly', cadence: 'weekly', weeklyDay: 1 }
const alerts: Coming = { ...daily, kind: 'alerts', rhythm: 'instant', cadence: 'instant' }

test.each([
  ['a daily one after its hour comes tomorrow', [daily], {}, '2026-11-23T06:30'],
  [
    'a daily one before its hour comes today',
    [daily],
    { now: new Date('2026-11-22T06:29:59Z') },
    '2026-11-22T06:30',
  ],
  ['a reader’s later hour counts', [daily], { hour: '09:00' }, '2026-11-22T09:00'],
  ['an hour before the newsletter’s does not', [daily], { hour: '05:00' }, '2026-11-23T06:30'],
  [
    'a daily one that is wanted once a week comes on its weekly day',
    [{ ...daily, cadence: 'weekly' as const }],
    {},
    '2026-11-28T06:30',
  ],
  ['a weekly one comes on its day', [weekly], {}, '2026-11-23T06:30'],
  [
    'a weekly one whose hour is over today comes in a week',
    [{ ...weekly, weeklyDay: 7 }],
    {},
    '2026-11-29T06:30',
  ],
  [
    'of several the first counts',
    [{ ...daily, localTime: '18:00' }, weekly],
    {},
    '2026-11-22T18:00',
  ],
  [
    'a pause puts off what would come in it',
    [daily],
    { snoozedUntil: new Date('2026-11-30T00:00:00Z') },
    '2026-11-30T06:30',
  ],
  [
    'a pause that is over counts no more',
    [daily],
    { snoozedUntil: new Date('2026-11-21T00:00:00Z') },
    '2026-11-23T06:30',
  ],
  ['the reader’s zone counts', [daily], { timeZone: 'America/New_York' }, '2026-11-22T11:30'],
] as [string, Coming[], Partial<Whereabouts>, string][])('%s', (...[, newsletters, where, at]) => {
  const next = nextMailAt(newsletters, { ...london, ...where })

  expect(next?.toISOString()).toBe(`${at}:00.000Z`)
})

test('alerts, what has no rhythm, and what is off have no next time', () => {
  const custom: Coming = { ...daily, rhythm: 'custom' }
  const off: Coming = { ...daily, cadence: 'off' }

  expect(nextMailAt([alerts, custom, off], london)).toBeUndefined()
})

const random = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('whatever the zone, day and hour, the next mail is ahead, on its weekday, at its hour, and none is between', () => {
  const dice = random(42)
  const zones = Intl.supportedValuesOf('timeZone')
  const wrong: string[] = []

  for (let turn = 0; turn < 2000; turn += 1) {
    const timeZone = zones[dice(zones.length)] ?? 'UTC'
    const at = new Date(Date.UTC(2026, dice(24), 1 + dice(28), dice(24), dice(60)))
    // Not in the small hours, when clocks change: those have a test of their own.
    const localTime = `${String(5 + dice(18)).padStart(2, '0')}:${dice(2) === 0 ? '00' : '30'}`
    const weeklyDay = 1 + dice(7)
    const cadence = dice(2) === 0 ? 'weekly' : 'daily'
    const next = nextMailAt([{ ...daily, localTime, weeklyDay, cadence }], {
      ...london,
      timeZone,
      now: at,
    })
    const most = (cadence === 'weekly' ? 7 : 1) * 86_400_000 + 2 * 3_600_000
    const weekday = cadence === 'weekly' ? WEEKDAYS[weeklyDay - 1] : undefined
    if (!isRight(next, { timeZone, after: at, most, hour: localTime, weekday }))
      wrong.push(`${timeZone} ${at.toISOString()} ${localTime} ${cadence}: ${next?.toISOString()}`)
  }

  expect(wrong).toEqual([])
})

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function shownIn(timeZone: string, at: Date) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at)
  const of = (name: string) => parts.find(({ type }) => type === name)?.value ?? ''
  return { weekday: of('weekday'), hour: `${of('hour')}:${of('minute')}` }
}

function isRight(
  next: Date | undefined,
  {
    timeZone,
    after,
    most,
    hour,
    weekday,
  }: { timeZone: string; after: Date; most: number; hour: string; weekday: string | undefined },
): boolean {
  const ahead = (next?.getTime() ?? 0) - after.getTime()
  if (next === undefined || ahead <= 0 || ahead > most) return false
  const shown = shownIn(timeZone, next)
  return shown.hour === hour && (weekday === undefined || shown.weekday === weekday)
}
