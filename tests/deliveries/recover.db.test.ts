import { truncateSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { recoverSenders } from '#deliveries/recover.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import { openHouse } from '../house.ts'
import { breakOff, kill, LEASE_MS, openSenders } from './broken-off.ts'
import { type Desk, fates, openDesk, readRows } from './send-fixture.ts'

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

test('however many rows a lost sender had claimed, all are settled at once', async () => {
  await using house = await openHouse()
  await using lost = await openDesk(house)
  const editionId = await breakOff(house, lost)
  await sql`
    insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after, version
                         , address_version, attempt, sender_id, lease_until)
    select ${editionId}, 1000 + n, 'claimed', 1, 1, 1, ${house.now}, ${house.now}::timestamptz + interval '6 hours'
         , 1, 1, 1, ${lost.sender.id}, ${house.now}
      from generate_series(1, 2500) n`.execute(house.db)
  await kill(house, lost)
  await using desk = await openDesk(house, { beside: lost })

  const recovered = await recoverSenders(house.context, desk.sender)

  expect(recovered).toEqual({ accepted: 1, planned: 2502, uncertain: 1 })
  expect(await openSenders(house)).toEqual([desk.sender.id])
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
