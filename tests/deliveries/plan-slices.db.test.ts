import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { planEdition } from '#deliveries/plan.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { readTally } from '#deliveries/tally-store.ts'
import { releaseEdition } from '#editions/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { addCrowd, approveDigest, fates, releaseDigest } from './send-fixture.ts'

async function snooze({ db }: House, id: number | undefined) {
  await sql`update subscription set snoozed_until = '2026-12-01T00:00:00Z' where subscriber_id = ${id}`.execute(
    db,
  )
}

/** Approved, and released without its first slice. */
async function releaseUnplanned(house: House): Promise<number> {
  const editionId = await approveDigest(house)
  await releaseEdition(house.db, { id: editionId, rule: 'now', test: true, now: house.now })
  return editionId
}

test('the first slice is small, so that an alert leaves before the rest is planned', async () => {
  await using house = await openHouse()
  await addCrowd(house, 1200)

  const editionId = await approveDigest(house)
  await sendEdition(house.context, { editionId, rule: 'now' })
  const first = await fates(house, editionId)
  await planEdition(house.context, { editionId })

  expect(first).toHaveLength(500)
  expect(await fates(house, editionId)).toHaveLength(1200)
})

test('each slice counts its rows, those left out by reason, and the rows of its walks', async () => {
  await using house = await openHouse()
  const readers = await addReaders(house, 7)
  for (const id of [readers[1], readers[5]]) await snooze(house, id)
  const editionId = await releaseUnplanned(house)

  await planEdition(house.context, { editionId, slice: 2 })

  const tally = (await readTally(house.db, [editionId])).get(editionId)
  expect(tally).toMatchObject({ planned: 7, excludedBy: { snoozed: 2 } })
  const { rows } = await sql`select planned, claimed from delivery_drain`.execute(house.db)
  expect(rows).toEqual([{ planned: 5, claimed: 0 }])
})

test('rows that are left out are in no walk', async () => {
  await using house = await openHouse()
  const readers = await addReaders(house, 3)
  await snooze(house, readers[1])

  const editionId = await releaseDigest(house)

  const { rows } = await sql<{ id: number; walks: number }>`
    select subscriber_id as id, (select count(*) from delivery_drain w
                                  where (w.edition_id, w.cohort, w.destination) = (d.edition_id, d.cohort, d.destination)) as walks
      from delivery d where edition_id = ${editionId} order by 1`.execute(house.db)
  expect(rows.map(({ walks }) => walks)).toEqual([1, 0, 1])
})

test('a plan that broke off in the middle of a slice goes on before it', async () => {
  await using house = await openHouse()
  await addReaders(house, 11)
  const editionId = await releaseUnplanned(house)
  const planned = async () => (await readTally(house.db, [editionId])).get(editionId)?.planned
  await sql`alter table tally add constraint broken check (count < 6)`.execute(house.db)

  await expect(planEdition(house.context, { editionId, slice: 2 })).rejects.toThrow('broken')
  const before = [(await fates(house, editionId)).length, await planned()]
  await sql`alter table tally drop constraint broken`.execute(house.db)
  await planEdition(house.context, { editionId, slice: 2 })

  expect(before).toEqual([4, 4])
  expect(await fates(house, editionId)).toEqual(Array.from({ length: 11 }, () => 'planned'))
  expect(await planned()).toBe(11)
  const { rows } = await sql`select audience from edition`.execute(house.db)
  expect(rows).toEqual([{ audience: 11 }])
})

test('an edition that is stopped while slices are prepared gets no more rows', async () => {
  await using house = await openHouse()
  await addReaders(house, 9)
  const editionId = await releaseUnplanned(house)
  const context = {
    ...house.context,
    async enqueue() {
      await sql`update edition set state = 'stopped', state_reason = 'a mistake'`.execute(house.db)
    },
  }

  await planEdition(context, { editionId, slice: 2 })

  expect(await fates(house, editionId)).toHaveLength(2)
})

test('a reader count that is a multiple of the slice is planned to its end', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  const editionId = await releaseUnplanned(house)

  await planEdition(house.context, { editionId, slice: 2 })

  const { rows } =
    await sql`select audience, planned_at is not null as planned from edition`.execute(house.db)
  expect(rows).toEqual([{ audience: 4, planned: true }])
})

test('asking again to plan adds nothing, not even readers who joined since', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const editionId = await releaseDigest(house)
  await addReaders(house, 1, { from: 3 })

  await planEdition(house.context, { editionId })

  expect(await fates(house, editionId)).toEqual(['planned', 'planned'])
})

test('two planners at once plan every reader once', async () => {
  await using house = await openHouse()
  await addReaders(house, 9)
  const editionId = await releaseUnplanned(house)

  await Promise.all([1, 2, 3].map(async () => planEdition(house.context, { editionId, slice: 2 })))

  expect(await fates(house, editionId)).toEqual(Array.from({ length: 9 }, () => 'planned'))
})

test('planning leaves a job for the lane after each slice', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  const editionId = await releaseUnplanned(house)
  house.jobs.length = 0

  await planEdition(house.context, { editionId, slice: 2 })

  const drain = { name: 'drain-lane', data: { lane: 'digest' } }
  expect(house.jobs).toEqual([drain, drain, drain])
})

test('a planner that is told to stop ends after its slice, and the next one goes on from there', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  const editionId = await releaseUnplanned(house)

  await planEdition(house.context, { editionId, slice: 2, signal: AbortSignal.abort() })
  const afterOne = await fates(house, editionId)
  await planEdition(house.context, { editionId, slice: 2 })

  expect(afterOne).toHaveLength(2)
  expect(await fates(house, editionId)).toHaveLength(5)
})
