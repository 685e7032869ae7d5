import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { inTransaction } from '#db/transaction.ts'
import { type Deltas, addTally, readTally } from '#deliveries/tally-store.ts'
import { openHouse } from '../house.ts'

const NONE = {
  planned: 0,
  claimed: 0,
  retry: 0,
  accepted: 0,
  rejected: 0,
  uncertain: 0,
  excludedBy: {},
  firstAcceptedAt: null,
  lastAcceptedAt: null,
}

test('the counters of all writers are summed, an edition at a time', async () => {
  await using house = await openHouse()
  const now = house.now
  const add = async (editionId: number, shard: number, deltas: Deltas) =>
    addTally(house.db, { editionId, shard, deltas, at: now })
  await add(1, 0, { planned: 10, 'excluded/left': 2, 'excluded/over cap': 3 })
  await add(1, 7, { claimed: 3 })
  await add(1, 7, { claimed: -3, accepted: 2, retry: 1 })
  await add(1, 8, { claimed: 2, 'excluded/left': 2 })
  await add(2, 7, { planned: 1 })

  const tallies = await readTally(house.db, [1, 2, 3])

  expect(tallies.get(1)).toEqual({
    ...NONE,
    planned: 10,
    claimed: 2,
    retry: 1,
    accepted: 2,
    excludedBy: { left: 4, 'over cap': 3 },
    firstAcceptedAt: now,
    lastAcceptedAt: now,
  })
  expect(tallies.get(2)).toEqual({ ...NONE, planned: 1 })
  expect(tallies.get(3)).toEqual(NONE)
})

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 6, minute))

test('the first and the last acceptance are kept, in whatever order they are written', async () => {
  await using house = await openHouse()
  const accept = async (minute: number) =>
    addTally(house.db, { editionId: 1, shard: 7, deltas: { accepted: 1 }, at: at(minute) })

  await accept(32)
  await accept(31)
  await accept(35)
  await addTally(house.db, { editionId: 1, shard: 7, deltas: { retry: 1 }, at: at(59) })

  expect((await readTally(house.db, [1])).get(1)).toMatchObject({
    accepted: 3,
    firstAcceptedAt: at(31),
    lastAcceptedAt: at(35),
  })
})

test('what did not change leaves no row', async () => {
  await using house = await openHouse()

  const deltas = { claimed: 0, accepted: undefined as unknown as number, retry: 2 }
  await addTally(house.db, { editionId: 1, shard: 0, deltas, at: house.now })
  await addTally(house.db, { editionId: 2, shard: 0, deltas: { claimed: 0 }, at: house.now })

  const { rows } = await sql`select edition_id, what from tally`.execute(house.db)
  expect(rows).toEqual([{ edition_id: 1, what: 'retry' }])
})

function deltasOf(order: readonly string[]): Deltas {
  return Object.fromEntries(order.map((what) => [what, 1]))
}

test('two transactions that name the same counters in another order do not deadlock', async () => {
  await using house = await openHouse()
  const words = ['claimed', 'accepted', 'retry', 'rejected', 'uncertain', 'excluded/left'] as const
  const write = async (order: readonly string[]) => {
    for (let round = 0; round < 40; round += 1) {
      await inTransaction(house.db, async (db) =>
        addTally(db, { editionId: 1, shard: 0, deltas: deltasOf(order), at: house.now }),
      )
    }
  }

  await Promise.all([write(words), write(words.toReversed()), write(words.toSorted())])

  expect((await readTally(house.db, [1])).get(1)).toMatchObject({ accepted: 120, retry: 120 })
})
