import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { findWarmUp } from '#deliveries/account-store.ts'
import { endWarmUp, setWarmUp } from '#deliveries/limits.ts'
import { planEdition } from '#deliveries/plan.ts'
import { readTally } from '#deliveries/tally-store.ts'
import { releaseEdition } from '#editions/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { approveDigest, fates } from './send-fixture.ts'

const DOMAIN = 'example.org'

/** Released to real readers; the last of them confirmed most recently. */
async function release(
  house: House,
  more: { warmUp?: boolean; test?: boolean; slice?: number } = {},
) {
  const { test: inbox = false, ...slicing } = more
  const editionId = await approveDigest(house)
  await releaseEdition(house.db, { id: editionId, rule: 'now', test: inbox, now: house.now })
  await planEdition(house.context, { editionId, ...slicing })
  return editionId
}

async function addReadersByDay(house: House, count: number): Promise<number[]> {
  const ids = await addReaders(house, count)
  for (const [day, id] of ids.entries())
    await sql`update subscriber set confirmed_at = ${house.now}::timestamptz - make_interval(days => ${count - day}) where id = ${id}`.execute(
      house.db,
    )
  return ids
}

test('above the curve, those who confirmed longest ago are left out as warming up', async () => {
  await using house = await openHouse()
  await addReadersByDay(house, 6)
  await setWarmUp(house.context, { domain: DOMAIN, first: 2 })

  const editionId = await release(house, { slice: 4 })

  expect(await fates(house, editionId)).toEqual([
    ...Array.from({ length: 4 }, () => 'excluded: warming up'),
    'planned',
    'planned',
  ])
  expect((await readTally(house.db, [editionId])).get(editionId)?.excludedBy).toEqual({
    'warming up': 4,
  })
  expect(await findWarmUp(house.db, editionId)).toMatchObject({
    domain: DOMAIN,
    mails: 2,
    everyoneOn: '2026-11-25',
  })
})

test('readers who confirmed in one moment, as by an import, are cut too', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  await setWarmUp(house.context, { domain: DOMAIN, first: 2 })

  const editionId = await release(house)

  expect((await fates(house, editionId)).filter((fate) => fate === 'planned')).toHaveLength(2)
})

test('a reader whose mail came back waits for the domain to be warm', async () => {
  await using house = await openHouse()
  const readers = await addReadersByDay(house, 3)
  const earlier = await release(house)
  await sql`
    update delivery set state = 'accepted', version = 1, address_version = 1, sender_id = 1, attempt = 1
         , outcome_at = ${house.now}, bounced_at = ${house.now}
     where subscriber_id = ${readers[2]}`.execute(house.db)
  await sql`update edition set state = 'sent', sent_at = ${house.now} where id = ${earlier}`.execute(
    house.db,
  )
  await sql`update edition set run_key = 'earlier'`.execute(house.db)
  await sql`delete from edition_story`.execute(house.db)
  await setWarmUp(house.context, { domain: DOMAIN, first: 1 })

  const editionId = await release(house)

  expect(await fates(house, editionId)).toEqual([
    'excluded: warming up',
    'planned',
    'excluded: warming up',
  ])
})

test('all editions of a day share its mails, and the next day has more', async () => {
  await using house = await openHouse()
  await addReadersByDay(house, 6)
  await setWarmUp(house.context, { domain: DOMAIN, first: 4 })
  const planned = async (id: number) =>
    (await fates(house, id)).filter((fate) => fate === 'planned').length
  const again = async () => {
    await sql`update edition set run_key = 'run ' || id`.execute(house.db)
    await sql`delete from edition_story`.execute(house.db)
    return release(house)
  }

  const first = await release(house)
  const second = await again()
  house.wait(86_400_000)
  const nextDay = await again()

  expect([await planned(first), await planned(second), await planned(nextDay)]).toEqual([4, 0, 6])
})

test.each([
  [
    'a domain without a curve',
    async (house: House) => setWarmUp(house.context, { domain: 'example.com', first: 1 }),
    {},
  ],
  [
    'mails into the built-in inbox',
    async (house: House) => setWarmUp(house.context, { domain: DOMAIN, first: 1 }),
    { test: true },
  ],
  [
    'relays that have warm addresses',
    async (house: House) => setWarmUp(house.context, { domain: DOMAIN, first: 1 }),
    { warmUp: false },
  ],
  [
    'a curve that was taken off',
    async (house: House) => {
      await setWarmUp(house.context, { domain: DOMAIN, first: 1 })
      await endWarmUp(house.context, DOMAIN)
    },
    {},
  ],
])('nobody is held back for %s', async (_case, prepare, more) => {
  await using house = await openHouse()
  await addReaders(house, 3)
  await prepare(house)

  const editionId = await release(house, more)

  expect(await fates(house, editionId)).toEqual(['planned', 'planned', 'planned'])
})
