import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addMonths, dayOf, instantOf, weekdayOf } from '#subscribers/choices/wall-clock.ts'
import { openHouse } from '../../house.ts'

const hours = ['00:00', '00:30', '01:30', '02:00', '02:30', '03:00', '06:30', '12:00', '23:30']
// Both ends of summer in the north and the south, a leap day, and an ordinary day.
const days = [
  '2026-03-29',
  '2026-10-25',
  '2026-03-08',
  '2026-11-01',
  '2026-04-05',
  '2026-10-04',
  '2026-04-24',
  '2026-09-06',
  '2028-02-29',
  '2026-11-23',
]

test('an hour is the instant that PostgreSQL takes it for, in every zone, when clocks change too', async () => {
  await using house = await openHouse()
  const zones = Intl.supportedValuesOf('timeZone')

  const { rows } = await sql<{ zone: string; day: string; hour: string; at: Date }>`
    select zone, day, hour, (day::date + hour::time) at time zone zone as at
      from unnest(${zones}::text[]) zone, unnest(${days}::text[]) day, unnest(${hours}::text[]) hour`.execute(
    house.db,
  )
  const wrong = rows.filter(
    ({ zone, day, hour, at }) => instantOf(zone, { day, hour }).getTime() !== at.getTime(),
  )
  // The two may know different laws of a country: where they differ at noon, neither is wrong about the night.
  const others = new Set(wrong.filter(({ hour }) => hour === '12:00').map(({ zone }) => zone))

  expect(rows.length).toBeGreaterThan(30_000)
  expect(others.size).toBeLessThan(20)
  expect(wrong.filter(({ zone }) => !others.has(zone))).toEqual([])
})

test('an hour that is skipped comes as much later, and of one that comes twice the second counts', () => {
  const skipped = instantOf('Europe/Berlin', { day: '2026-03-29', hour: '02:30' })
  const twice = instantOf('Europe/Berlin', { day: '2026-10-25', hour: '02:30' })

  expect(skipped.toISOString()).toBe('2026-03-29T01:30:00.000Z')
  expect(twice.toISOString()).toBe('2026-10-25T01:30:00.000Z')
})

test('the same instant is another day on the other side of the world', () => {
  const at = new Date('2026-11-22T11:00:00Z')

  const found = ['Pacific/Kiritimati', 'Europe/Berlin', 'Pacific/Pago_Pago'].map((zone) =>
    dayOf(zone, at),
  )

  expect(found).toEqual(['2026-11-23', '2026-11-22', '2026-11-22'])
})

test('a month later is the same day, or the last that the month has', () => {
  const found = ['2026-11-22', '2027-01-31', '2028-01-31', '2026-12-31'].map((day) =>
    addMonths(day, 1),
  )

  expect(found).toEqual(['2026-12-22', '2027-02-28', '2028-02-29', '2027-01-31'])
})

test('Monday is 1 and Sunday 7', () => {
  expect(['2026-11-23', '2026-11-28', '2026-11-29'].map(weekdayOf)).toEqual([1, 6, 7])
})
