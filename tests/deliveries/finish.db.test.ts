import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { finishEdition } from '#deliveries/finish.ts'
import { addTally } from '#deliveries/tally-store.ts'
import { getEdition } from '#editions/store.ts'
import type { House } from '../house.ts'
import {
  AGAIN,
  CLAIMED,
  countLedger,
  openReleased,
  openSettled,
  settleRows,
  stateOf,
  UNCERTAIN,
  WAITING,
} from './settled-fixture.ts'

const errors = (house: House) => house.lines.filter((line) => line.includes('"level":50'))

test('an edition whose every mail has an outcome is sent', async () => {
  await using house = await openSettled(3)
  const { editionId } = house

  await finishEdition(house.context, editionId)

  expect(await getEdition(house.db, editionId)).toMatchObject({ state: 'sent', sentAt: house.now })
  expect(errors(house)).toEqual([])
})

test('an edition that nobody gets is skipped, and says why', async () => {
  await using house = await openReleased(0)
  const { editionId } = house

  await finishEdition(house.context, editionId)

  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'skipped',
    stateReason: 'nobody gets this newsletter yet',
    audience: 0,
  })
})

test('a gap in the ledger holds the edition with both numbers and raises an alarm; it is not rounded away', async () => {
  await using house = await openSettled(3)
  const { editionId } = house
  await sql`delete from delivery where subscriber_id = 2`.execute(house.db)

  await finishEdition(house.context, editionId)

  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'held',
    stateReason: 'the accounts do not add up: 3 planned, 2 in the ledger',
  })
  expect(errors(house)).toHaveLength(1)
  expect(errors(house)[0]).toContain('do not add up')
  expect(await readAccounts(house.db, editionId)).toMatchObject({ planned: 3, accepted: 3 })
})

test('a row too many holds the edition too', async () => {
  await using house = await openSettled(2)
  const { editionId } = house
  await sql`update edition set audience = 1 where id = ${editionId}`.execute(house.db)

  await finishEdition(house.context, editionId)

  expect((await getEdition(house.db, editionId)).stateReason).toBe(
    'the accounts do not add up: 1 planned, 2 in the ledger',
  )
})

test.each([
  ['a mail waits', WAITING],
  ['a mail is to be tried again', AGAIN],
  ['a mail is being sent', CLAIMED],
])('an edition is not sent while %s, whatever the counters say', async (_what, change) => {
  await using house = await openSettled(2)
  const { editionId } = house
  await sql`update delivery set ${change} where subscriber_id = 2`.execute(house.db)

  await finishEdition(house.context, editionId)

  expect(await stateOf(house)).toBe('sending')
  expect(await readAccounts(house.db, editionId)).toMatchObject({ planned: 2, accepted: 1 })
})

test('counters that differ from a balanced ledger are an error, and are corrected: the row is the truth', async () => {
  await using house = await openSettled(3)
  const { editionId } = house
  await sql`update delivery set ${UNCERTAIN} where subscriber_id = 3`.execute(house.db)

  await finishEdition(house.context, editionId)

  expect(await stateOf(house)).toBe('sent')
  expect(await readAccounts(house.db, editionId)).toMatchObject({
    planned: 3,
    accepted: 2,
    uncertain: 1,
    waiting: 0,
  })
  expect(errors(house)).toHaveLength(1)
  expect(errors(house)[0]).toContain(
    '"wrong":[{"what":"accepted","ledger":2,"tally":3},{"what":"uncertain","ledger":1,"tally":0}]',
  )
})

test('counters that say for ten minutes that a mail is still to come are checked against the ledger', async () => {
  await using house = await openSettled(2)
  const { editionId } = house
  const stray = { editionId, shard: 9, deltas: { claimed: 1 }, at: house.now }
  await addTally(house.db, stray)

  await finishEdition(house.context, editionId)
  const early = await stateOf(house)
  house.wait(10 * 60_000)
  await finishEdition(house.context, editionId)

  expect(early).toBe('sending')
  expect(await stateOf(house)).toBe('sent')
  expect(await readAccounts(house.db, editionId)).toMatchObject({ claimed: 0, accepted: 2 })
})

test('the ledger is not counted while the counters say that mails are to come', async () => {
  await using house = await openSettled(2)
  const { editionId } = house
  await settleRows(house, editionId, { 2: AGAIN })
  const before = await countsOf(house)

  await finishEdition(house.context, editionId)

  expect(await countsOf(house)).toBe(before)
  await settleRows(house, editionId)
  await finishEdition(house.context, editionId)
  expect(await countsOf(house)).toBe(before + 1)
})

test.each([
  ['its last slice is planned', sql`planned_at = null, audience = null`],
  ['it is released again by a person', sql`state = 'held', state_reason = 'paused by ines'`],
])('an edition is not sent before %s', async (_what, change) => {
  await using house = await openSettled(1)
  const { editionId } = house
  await sql`update edition set ${change} where id = ${editionId}`.execute(house.db)

  await finishEdition(house.context, editionId)

  expect(await stateOf(house)).not.toBe('sent')
})

test('an edition is not sent while a walk is open', async () => {
  await using house = await openReleased(1)
  const { editionId } = house
  const { rows: drains } = await sql<{ cohort: number }>`select cohort from delivery_drain`.execute(
    house.db,
  )
  await settleRows(house, editionId)
  await sql`
    insert into delivery_drain (edition_id, cohort, destination, release_at)
    values (${editionId}, ${drains[0]?.cohort}, 1, ${house.now})`.execute(house.db)
  await countLedger(house, editionId)

  await finishEdition(house.context, editionId)

  expect(await stateOf(house)).toBe('sending')
})

/** How often the edition's rows were counted, by what the count leaves behind. */
async function countsOf({ db }: Pick<House, 'db'>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from tally where what = 'planned' and last_at is not null`.execute(db)
  return rows[0]?.count ?? 0
}
