import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { parseTimeZone } from '#subscribers/address.ts'
import { openHouse } from '../house.ts'

test('PostgreSQL knows every time zone that a reader may have', async () => {
  await using house = await openHouse()
  const zones = [
    ...Intl.supportedValuesOf('timeZone'),
    'UTC',
    'EST',
    'US/Pacific',
    'Asia/Kolkata',
  ].map(parseTimeZone)

  const { rows } = await sql<{ zone: string }>`
    select zone from unnest(${zones}::text[]) zone
     where not exists (select from pg_timezone_names n where lower(n.name) = lower(zone))`.execute(
    house.db,
  )

  expect(zones.length).toBeGreaterThan(400)
  expect(rows).toEqual([])
})
