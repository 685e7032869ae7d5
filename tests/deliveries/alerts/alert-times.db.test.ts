import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { alertTimesInWords } from '#deliveries/alerts/alert-times.ts'
import { readAlertTimes } from '#deliveries/alerts/alert-times-store.ts'
import { addReaders, openHouse } from '../../house.ts'
import { settleRows, WAITING } from '../settled-fixture.ts'
import { releaseAlert, releaseDigest } from '../send-fixture.ts'

test('an alert’s times count from its article, and 95 of 100 mails are most of it', async () => {
  await using house = await openHouse()
  await addReaders(house, 20)
  const editionId = await releaseAlert(house)
  await sql`
    update article_revision set received_at = ${house.now}::timestamptz - interval '45 seconds'`.execute(
    house.db,
  )
  const accept = async (upTo: number) => {
    const { rows } = await sql<{ id: number }>`
      select subscriber_id as id from delivery order by subscriber_id`.execute(house.db)
    const at = (nr: number) => new Date(house.now.getTime() + nr * 100)
    await settleRows(
      house,
      editionId,
      Object.fromEntries(
        rows.map(({ id }, index) => [
          id,
          index < upTo ? sql`outcome_at = ${at(index + 1)}::timestamptz` : WAITING,
        ]),
      ),
    )
  }

  const before = await readAlertTimes(house.db, editionId)
  await accept(18)
  const underway = await readAlertTimes(house.db, editionId)
  await accept(20)
  const after = await readAlertTimes(house.db, editionId)

  const released = { drafted: 45_000, released: 45_000 }
  expect(before).toEqual({ ...released, firstAccepted: null, mostAccepted: null })
  expect(underway).toEqual({ ...released, firstAccepted: 45_100, mostAccepted: null })
  expect(after).toEqual({ ...released, firstAccepted: 45_100, mostAccepted: 46_900 })
  expect(after && alertTimesInWords(after)).toBe(
    'drafted after 45 s, released after 45 s, first mail accepted after 45 s, 95 % accepted after 47 s',
  )
})

test('what is no alert has no such times', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)

  expect(await readAlertTimes(house.db, await releaseDigest(house))).toBeNull()
})
