import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { claimNext } from '#deliveries/drain/claim.ts'
import { addTally, readTally } from '#deliveries/tally-store.ts'
import { leave } from '#subscribers/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { claim, question } from './claim-fixture.ts'
import { openDesk, readRows, releaseDigest } from './send-fixture.ts'

test('a mail to be tried again is claimed when its time has come, not before', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  await planAgain(house, 60_000)

  const early = await claim(house)
  house.wait(60_000)
  const due = await claim(house)

  expect(early).toEqual([])
  expect(due).toMatchObject([{ editionId, attempt: 1 }])
  expect(await readRows(house, editionId)).toMatchObject([{ state: 'claimed', retryAt: null }])
})

test('fresh mails and mails to be tried again go out in turns', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  await addReaders(house, 4, { from: 5, domain: 'gmail.com' })
  await using desk = await openDesk(house)
  await releaseDigest(house)
  await sql`update delivery set retry_at = ${house.now} where destination = 2`.execute(house.db)
  const ahead = { want: 1 }

  const turns: (number | undefined)[] = []
  for (const road of ['walk', 'retries', 'walk', 'retries'] as const) {
    const other = road === 'walk' ? 'retries' : 'walk'
    turns.push((await claim(house, { ...ahead, roads: [road, other] }))?.[0]?.subscriberId)
  }
  await desk.drain()

  expect(turns).toEqual([1, 5, 2, 6])
  expect(desk.relay.mails).toHaveLength(4)
})

test('a destination that has had enough for now keeps neither fresh mails nor retries of others waiting', async () => {
  await using house = await openHouse()
  await addReaders(house, 2, { domain: 'gmail.com' })
  await addReaders(house, 2, { from: 3 })
  await releaseDigest(house)
  await sql`update delivery set retry_at = ${house.now} where subscriber_id in (1, 3)`.execute(
    house.db,
  )
  await sql`
    insert into pace (name, refilled_at, blocked_until)
    values ('destination 2', ${house.now}, ${new Date(house.now.getTime() + 1000)})`.execute(
    house.db,
  )

  const walk = await claim(house, { roads: ['walk'] })
  const retries = await claim(house, { roads: ['retries'] })
  const nothing = await claim(house)

  expect([walk, retries, nothing].map((rows) => rows?.map((row) => row.subscriberId))).toEqual([
    [4],
    [3],
    undefined,
  ])
})

test('the counters say what claims did, by what the statements returned', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  const editionId = await releaseDigest(house)
  await leave(house.db, { subscriberId: 2, newsletterId: null, now: house.now })
  await planAgain(house, 0, [4, 5])
  await leave(house.db, { subscriberId: 5, newsletterId: null, now: house.now })
  await addTally(house.db, { editionId, shard: 0, deltas: { retry: 2 }, at: house.now })

  await claim(house, { roads: ['walk'] })
  await claim(house, { roads: ['retries'] })

  const tally = (await readTally(house.db, [editionId])).get(editionId)
  expect(tally).toMatchObject({ planned: 5, claimed: 3, retry: 0, excludedBy: { left: 2 } })
})

test('a claim follows the indexes before there are statistics', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await releaseDigest(house)

  const settings = await house.db.transaction().execute(async (db) => {
    await claimNext(db, question(house))
    const { rows } = await sql<{ scan: string; join: string }>`
      select current_setting('enable_seqscan') as scan, current_setting('enable_hashjoin') as join`.execute(
      db,
    )
    return rows[0]
  })

  expect(settings).toEqual({ scan: 'off', join: 'off' })
})

async function planAgain({ db, now }: House, ms: number, ids?: number[]): Promise<void> {
  const retryAt = new Date(now.getTime() + ms)
  await sql`
    update delivery set retry_at = ${retryAt}
     where ${ids ?? null}::bigint[] is null or subscriber_id = any(${ids ?? []}::bigint[])`.execute(
    db,
  )
}
