import { truncateSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { claimWalk, lockDrain } from '#deliveries/claim-store.ts'
import { recoverSenders } from '#deliveries/recover.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { type Desk, fates, openDesk, readRows, releaseDigest } from './send-fixture.ts'

const LEASE_MS = 300_000

/** Four rows claimed: one accepted, one refused, one begun, one not begun. */
async function breakOff(house: House, desk: Desk): Promise<number> {
  await addReaders(house, 4)
  const editionId = await releaseDigest(house)
  const input = {
    kinds: ['digest' as const],
    senderId: desk.sender.id,
    test: true,
    limit: 9,
    leaseMs: LEASE_MS,
    now: house.now,
  }
  await house.db.transaction().execute(async (db) => {
    const drain = await lockDrain(db, input)
    return drain && claimWalk(db, { drain, input })
  })
  const { journal } = desk.sender
  const key = (subscriberId: number) => ({ editionId, subscriberId, attempt: 1 })
  for (const subscriberId of [1, 2, 3]) journal.begun(key(subscriberId))
  journal.accepted(key(1), 'A1B2')
  journal.other(key(2))
  return editionId
}

async function kill({ db }: House, { sender }: Desk): Promise<void> {
  await sql`update sender set process_start = '1' where id = ${sender.id}`.execute(db)
}

async function openSenders({ db }: House): Promise<number[]> {
  const { rows } = await sql<{
    id: number
  }>`select id from sender where ended_at is null order by id`.execute(db)
  return rows.map((row) => row.id)
}

async function journalPath({ dataDir }: Desk, index: number): Promise<string> {
  const folder = join(dataDir, 'journal')
  return join(folder, (await readdir(folder))[index] ?? '')
}

test('the journal of a killed sender tells which mails it had begun, and the sender is closed', async () => {
  await using house = await openHouse()
  await using lost = await openDesk(house)
  const editionId = await breakOff(house, lost)
  await kill(house, lost)
  await using desk = await openDesk(house, { beside: lost })

  const recovered = await recoverSenders(house.context, desk.sender)

  expect(recovered).toEqual({ accepted: 1, planned: 2, uncertain: 1 })
  expect(await fates(house, editionId)).toEqual(['accepted', 'planned', 'uncertain', 'planned'])
  const { rows } = await sql`select relay_id from delivery where state = 'accepted'`.execute(
    house.db,
  )
  expect(rows).toEqual([{ relay_id: 'A1B2' }])
  expect(await openSenders(house)).toEqual([desk.sender.id])
  expect(await readdir(join(lost.dataDir, 'journal'))).toHaveLength(1)
})

test('rows given back by a recovery go out again, and only those', async () => {
  await using house = await openHouse()
  await using lost = await openDesk(house)
  const editionId = await breakOff(house, lost)
  await kill(house, lost)
  await using desk = await openDesk(house, { beside: lost })
  await recoverSenders(house.context, desk.sender)

  await desk.drain()

  expect(desk.relay.mails.map((mail) => mail.to)).toEqual([
    'reader2@example.org',
    'reader4@example.org',
  ])
  expect(await readRows(house, editionId)).toMatchObject([
    { attempt: 1 },
    { attempt: 2 },
    { attempt: 1 },
    { attempt: 2 },
  ])
})

test.each([
  ['is missing', async (path: string) => rm(path)],
  ['is cut', async (path: string) => truncateSync(path, 100)],
])(
  'when the journal of a killed sender %s, every unfinished row is uncertain',
  async (_what, damage) => {
    await using house = await openHouse()
    await using lost = await openDesk(house)
    const editionId = await breakOff(house, lost)
    await kill(house, lost)
    await damage(await journalPath(lost, 0))
    await using desk = await openDesk(house, { beside: lost })

    await recoverSenders(house.context, desk.sender)

    expect(await fates(house, editionId)).toEqual([
      'uncertain',
      'uncertain',
      'uncertain',
      'uncertain',
    ])
  },
)

test.each([
  ['of another boot', sql`boot_id = 'before the power cut'`],
  ['on another host', sql`host_id = 'elsewhere'`],
])(
  'rows of a sender %s wait for their lease and are uncertain then: its journal is not believed',
  async (_what, change) => {
    await using house = await openHouse()
    await using lost = await openDesk(house)
    const editionId = await breakOff(house, lost)
    await kill(house, lost)
    await sql`update sender set ${change} where id = ${lost.sender.id}`.execute(house.db)
    await using desk = await openDesk(house, { beside: lost })

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
  },
)

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

test('a sender never takes its own rows for lost', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const editionId = await breakOff(house, desk)
  house.wait(LEASE_MS + 1)

  await recoverSenders(house.context, desk.sender)

  expect(await fates(house, editionId)).toEqual(['claimed', 'claimed', 'claimed', 'claimed'])
})

test('rows of a stopped edition are settled too', async () => {
  await using house = await openHouse()
  await using lost = await openDesk(house)
  const editionId = await breakOff(house, lost)
  await kill(house, lost)
  await stopEdition(house.context, { editionId, reason: 'test' })
  await using desk = await openDesk(house, { beside: lost })

  await recoverSenders(house.context, desk.sender)

  expect(await fates(house, editionId)).toEqual(['accepted', 'planned', 'uncertain', 'planned'])
})

test('a sender that ends in order leaves no journal and is closed; one with open rows keeps both', async () => {
  await using house = await openHouse()
  await using first = await openDesk(house)
  const orderly = await openDesk(house, { beside: first })
  await orderly[Symbol.asyncDispose]()
  const afterOrderly = await openSenders(house)
  await breakOff(house, first)
  await first.sender[Symbol.asyncDispose]()

  expect(afterOrderly).toEqual([first.sender.id])
  expect(await openSenders(house)).toEqual([first.sender.id])
  expect(await readdir(join(first.dataDir, 'journal'))).toHaveLength(1)
})
