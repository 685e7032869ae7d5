import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { finishEdition } from '#deliveries/finish.ts'
import { getEdition } from '#editions/store.ts'
import { addReaders, openHouse } from '../house.ts'
import { openDesk, releaseDigest } from './send-fixture.ts'

test('an edition that nobody gets is skipped, and says why', async () => {
  await using house = await openHouse()
  const editionId = await releaseDigest(house)

  await finishEdition(house.context, editionId)

  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'skipped',
    stateReason: 'nobody gets this newsletter yet',
    audience: 0,
  })
})

test('a gap in the ledger holds the edition and raises an alarm; it is not rounded away', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await sql`delete from delivery where subscriber_id = 2`.execute(house.db)

  await desk.drain()

  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'held',
    stateReason: 'the accounts do not add up: 3 planned, 2 in the ledger',
  })
  expect(
    house.lines.some((line) => line.includes('"level":50') && line.includes('do not add up')),
  ).toBe(true)
})

test.each([
  ['a mail waits', sql`state = 'planned', lease_until = null, outcome_at = null, sender_id = null`],
  [
    'a mail is to be tried again',
    sql`state = 'planned', outcome_at = null, retry_at = now() + interval '1 day'`,
  ],
  ['a mail is being sent', sql`state = 'claimed', outcome_at = null, lease_until = now()`],
])('an edition is not sent while %s', async (_what, change) => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await desk.drain()
  await sql`update edition set state = 'sending', sent_at = null where id = ${editionId}`.execute(
    house.db,
  )
  await sql`update delivery set ${change} where subscriber_id = 2`.execute(house.db)

  await finishEdition(house.context, editionId)

  expect((await getEdition(house.db, editionId)).state).toBe('sending')
})

test('an edition is not sent before its last slice is planned, though all mails of the earlier ones are', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await desk.drain()
  await sql`
    update edition set state = 'sending', sent_at = null, planned_at = null, audience = null
     where id = ${editionId}`.execute(house.db)

  await finishEdition(house.context, editionId)

  expect((await getEdition(house.db, editionId)).state).toBe('sending')
})
