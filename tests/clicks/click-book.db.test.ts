import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ClickBook } from '#clicks/click-book.ts'
import { type ClickHouse, HOUR, openClickHouse } from './clicks-fixture.ts'

const rawCount = async (house: ClickHouse) =>
  (await house.rows<{ count: number }>('select count(*) as count from click_raw'))[0]?.count

const lost = ({ lines }: ClickHouse) =>
  lines.filter((line) => line.includes('not counted')).map((line) => [JSON.parse(line)].flat()[0])

test('a database that does not get on is not waited for: the clicks are lost and the log counts them', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)

  await house.db.transaction().execute(async (transaction) => {
    await sql`lock table click_raw in access exclusive mode`.execute(transaction)
    await house.click({ reader: 1 })
  })
  await house.click({ reader: 1 })

  expect(lost(house)).toMatchObject([{ clicks: 1 }, { clicks: 1 }])
  expect(await rawCount(house)).toBe(1)
})

test('while it is away no more than ten thousand clicks wait', async () => {
  await using house = await openClickHouse(1)
  const { editionId, now: at } = house
  const book = new ClickBook(house.context)
  const click = {
    at,
    editionId,
    position: 0,
    publicId: 0,
    method: 'GET',
    agent: 'browser',
  } as const
  for (let number = 0; number < 10_003; number += 1)
    book.note({ ...click, reader: '0'.repeat(32), network: null })

  await book.flush()

  expect(lost(house)).toMatchObject([{ clicks: 3 }])
})
