import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { recoverSenders } from '#deliveries/recover.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { type House, openHouse } from '../house.ts'
import { breakOff, LEASE_MS, openSenders } from './broken-off.ts'
import { fates, openDesk } from './send-fixture.ts'

test('a living sender keeps its rows until the lease has passed; then they are uncertain, for it may still send', async () => {
  await using house = await openHouse()
  await using stalled = await openDesk(house)
  const editionId = await breakOff(house, stalled)
  await using desk = await openDesk(house, { beside: stalled })

  await recoverSenders(house.context, desk.sender)
  const early = await fates(house, editionId)
  house.wait(LEASE_MS + 1)
  await recoverSenders(house.context, desk.sender)

  expect(early).toEqual(['claimed', 'claimed', 'claimed', 'claimed'])
  expect(await fates(house, editionId)).toEqual([
    'uncertain',
    'uncertain',
    'uncertain',
    'uncertain',
  ])
  expect(await openSenders(house)).toContain(stalled.sender.id)
})

test('a sender that is heard of keeps its rows, however slow its mails are', async () => {
  await using house = await openHouse()
  await using slow = await openDesk(house)
  const editionId = await breakOff(house, slow)
  await using desk = await openDesk(house, { beside: slow })
  house.wait(LEASE_MS + 1)
  await sql`update sender set seen_at = ${house.now}`.execute(house.db)

  await recoverSenders(house.context, desk.sender)

  expect(await fates(house, editionId)).toEqual(['claimed', 'claimed', 'claimed', 'claimed'])
})

test('of all siblings one looks for the lapsed leases of a silent sender, every ten seconds', async () => {
  await using house = await openHouse()
  await using stalled = await openDesk(house)
  const editionId = await breakOff(house, stalled)
  await using desk = await openDesk(house, { beside: stalled })
  house.wait(60_000)
  await recoverSenders(house.context, desk.sender)
  await sql`update delivery set lease_until = ${house.now}::timestamptz - interval '1 second'`.execute(
    house.db,
  )

  await recoverSenders(house.context, desk.sender)
  const early = await fates(house, editionId)
  house.wait(10_001)
  await recoverSenders(house.context, desk.sender)

  expect(early).toContain('claimed')
  expect(await fates(house, editionId)).not.toContain('claimed')
})

test('the late reply of a sender that was stalled past its lease turns uncertain into accepted, by the sweep too', async () => {
  await using house = await openHouse()
  await using stalled = await openDesk(house)
  const editionId = await breakOff(house, stalled)
  await using desk = await openDesk(house, { beside: stalled })
  house.wait(LEASE_MS + 1)
  await recoverSenders(house.context, desk.sender)
  stalled.sender.unwritten.push({
    key: { editionId, subscriberId: 3, attempt: 1 },
    fate: { kind: 'accepted', relayId: 'LATE', reply: '250 ok' },
    at: house.now,
  })

  await sweepDeliveries(house.context, stalled.sender)

  expect(await fates(house, editionId)).toEqual(['uncertain', 'uncertain', 'accepted', 'uncertain'])
  expect(stalled.sender.unwritten).toEqual([])
})

test('a sender gives back rows of its own that it cannot begin any more, and leaves what is on its way', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const editionId = await breakOff(house, desk)
  desk.sender.journal.settle([{ editionId, subscriberId: 1, attempt: 1 }])
  await countClaimed(house, { editionId, senderId: desk.sender.id })

  await recoverSenders(house.context, desk.sender)
  const early = await fates(house, editionId)
  house.wait(LEASE_MS + 1)
  await recoverSenders(house.context, desk.sender)

  expect(early).toEqual(['claimed', 'claimed', 'claimed', 'claimed'])
  // The first one's outcome was lost by the database after it was settled: the journal still tells.
  expect(await fates(house, editionId)).toEqual(['accepted', 'claimed', 'claimed', 'planned'])
})

test('a sender without anything claimed does not look for it', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await breakOff(house, desk)
  house.wait(LEASE_MS + 1)

  await recoverSenders(house.context, desk.sender)

  const { rows } = await sql`select looked_at as at from sender`.execute(house.db)
  expect(rows).toEqual([{ at: null }])
})

async function countClaimed(
  { db }: House,
  { editionId, senderId }: { editionId: number; senderId: number },
): Promise<void> {
  await sql`
    insert into tally (edition_id, shard, what, count) values (${editionId}, ${senderId}, 'claimed', 4)`.execute(
    db,
  )
}
