import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openHouse } from '../house.ts'

test('ids are numbers, alone and in lists', async () => {
  await using house = await openHouse()

  const { rows } = await sql`
    select 7::bigint as one, '{7,9007199254740991,null}'::bigint[] as list, '{}'::bigint[] as none`.execute(
    house.db,
  )

  expect(rows).toEqual([{ one: 7, list: [7, 9_007_199_254_740_991, null], none: [] }])
})
