import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { instantOf, offsetMs } from '#editions/clock/instant.ts'
import { type House, openHouse } from '../../house.ts'

// Every zone of Node, every day of a year, against PostgreSQL as an independent oracle.

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(async () => house[Symbol.asyncDispose]())

const days = Array.from({ length: 365 }, (_, day) =>
  new Date(Date.UTC(2026, 6, 1 + day)).toISOString().slice(0, 10),
)

test.each(['07:00', '00:30', '02:30', '03:00', '23:45'])(
  '%s in every zone, on every day of a year, is the instant that PostgreSQL says',
  async (time) => {
    const zones = Intl.supportedValuesOf('timeZone')
    const { rows } = await sql<{ zone: string; date: string; ms: number }>`
      select z.name as zone, d.date, (extract(epoch from (d.date::date + ${time}::time) at time zone z.name) * 1000)::bigint as ms
        from pg_timezone_names z cross join unnest(${days}::text[]) d (date)
       where z.name = any(${zones}::text[])`.execute(house.db)

    const different = rows.flatMap(({ zone, date, ms }) => {
      const ours = instantOf({ date, time, zone }).getTime()
      return ours === ms ? [] : [{ zone, date, ours, ms }]
    })

    expect(rows.length).toBeGreaterThan(400 * 365)
    // Where the two have other editions of the zones' rules, their clocks differ at that very moment: a government has
    // changed its mind in between. Anything else is a mistake of ours.
    const moments = different.flatMap(({ zone, ms, ours }) => [
      { zone, ms },
      { zone, ms: ours },
    ])
    const { rows: clocks } = await sql<{ offset: number }>`
      select (extract(epoch from (to_timestamp(d.ms / 1000.0) at time zone d.zone) - (to_timestamp(d.ms / 1000.0) at time zone 'UTC')) * 1000)::integer as offset
        from unnest(${moments.map(({ ms }) => ms)}::bigint[], ${moments.map(({ zone }) => zone)}::text[])
               with ordinality as d (ms, zone, place)
       order by d.place`.execute(house.db)
    const agrees = (place: number) => {
      const moment = moments[place]
      return moment !== undefined && offsetMs(moment.zone, moment.ms) === clocks[place]?.offset
    }
    const unexplained = different.filter((_, place) => agrees(2 * place) && agrees(2 * place + 1))
    expect(unexplained).toEqual([])
    expect(new Set(different.map(({ zone }) => zone)).size).toBeLessThan(10)
  },
)

test.each([
  // Left out: the clocks go from 02:00 to 03:00.
  ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  // Twice: the second is meant.
  ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T01:30:00.000Z'],
  ['2026-11-22', '07:00', 'Pacific/Kiritimati', '2026-11-21T17:00:00.000Z'],
  ['2026-11-22', '07:00', 'Etc/GMT+12', '2026-11-22T19:00:00.000Z'],
  ['2026-11-22', '07:00:00', 'Asia/Kathmandu', '2026-11-22T01:15:00.000Z'],
])('%s %s in %s is %s', (...[date, time, zone, instant]) => {
  expect(instantOf({ date, time, zone }).toISOString()).toBe(instant)
})
