import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { recordOutcomes } from '#deliveries/outcome-store.ts'
import { readTally } from '#deliveries/tally-store.ts'
import type { Outcome } from '#mail/outcome.ts'
import { addReaders, openHouse } from '../house.ts'
import { claim } from './claim-fixture.ts'
import { ACCEPTED, fates, readRows, releaseDigest } from './send-fixture.ts'

const REJECTED: Outcome = {
  kind: 'rejected',
  code: 550,
  reply: '550 5.1.1 No such user',
  blame: 'recipient',
}

test('of a mixed batch each row is written and counted by its own fate', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  const editionId = await releaseDigest(house)
  const rows = (await claim(house)) ?? []
  const of = (index: number, fate: Outcome | { kind: 'excluded'; reason: string }) => {
    const subscriberId = rows[index]?.subscriberId ?? 0
    return { key: { editionId, subscriberId, attempt: 1 }, fate, at: house.now }
  }

  const written = await recordOutcomes(house.db, {
    senderId: 1,
    rows: [
      of(0, ACCEPTED),
      of(1, { kind: 'accepted', relayId: null, reply: '250 ok, no name for it' }),
      of(2, REJECTED),
      of(3, { kind: 'excluded', reason: 'left' }),
    ],
  })

  expect(written).toBe(4)
  expect(await readRows(house, editionId)).toMatchObject([
    { state: 'accepted', reply: null },
    { state: 'accepted', reply: '250 ok, no name for it' },
    { state: 'rejected', reply: REJECTED.reply },
    { state: 'excluded', reason: 'left' },
  ])
  expect((await readTally(house.db, [editionId])).get(editionId)).toMatchObject({
    claimed: 0,
    accepted: 2,
    rejected: 1,
    excludedBy: { left: 1 },
  })
})

test('an outcome of another attempt or another sender changes nothing and counts nothing', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  const [row] = (await claim(house)) ?? []
  const key = { editionId, subscriberId: row?.subscriberId ?? 0, attempt: 1 }

  const written = [
    await recordOutcomes(house.db, {
      senderId: 2,
      rows: [{ key, fate: ACCEPTED, at: house.now }],
    }),
    await recordOutcomes(house.db, {
      senderId: 1,
      rows: [{ key: { ...key, attempt: 2 }, fate: REJECTED, at: house.now }],
    }),
  ]

  expect(written).toEqual([0, 0])
  expect(await fates(house, editionId)).toEqual(['claimed'])
  expect((await readTally(house.db, [editionId])).get(editionId)).toMatchObject({
    claimed: 1,
    accepted: 0,
    rejected: 0,
  })
})

test.each([
  ['uncertain', sql`state = 'uncertain', lease_until = null, outcome_at = now()`, 'uncertain'],
  [
    'planned once more because it might not have arrived',
    sql`state = 'planned', lease_until = null, retry_at = now(), doubtful = true`,
    'retry',
  ],
])('a late acceptance settles a row that a sibling took for %s', async (_what, change, word) => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  const rows = (await claim(house)) ?? []
  await sql`update delivery set ${change}`.execute(house.db)
  await sql`
      insert into tally (edition_id, shard, what, count) values (${editionId}, 0, 'claimed', -1), (${editionId}, 0, ${word}, 1)`.execute(
    house.db,
  )

  await recordOutcomes(house.db, {
    senderId: 1,
    rows: rows.map((key) => ({ key, fate: ACCEPTED, at: house.now })),
  })

  expect(await fates(house, editionId)).toEqual(['accepted'])
  expect((await readTally(house.db, [editionId])).get(editionId)).toMatchObject({
    claimed: 0,
    retry: 0,
    uncertain: 0,
    accepted: 1,
  })
})
