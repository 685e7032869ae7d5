import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { listUncertain, readAccounts } from '#deliveries/accounts.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import type { Outcome } from '#mail/outcome.ts'
import { leave } from '#subscribers/store.ts'
import { addReaders, openHouse } from '../house.ts'
import { fates, openDesk, readRows, releaseDigest, stateOf } from './send-fixture.ts'

const DEFERRED: Outcome = { kind: 'deferred', code: 451, reply: '451 4.7.1 Greylisted, try again' }
const REJECTED: Outcome = {
  kind: 'rejected',
  code: 550,
  reply: '550 5.1.1 No such user',
  blame: 'recipient',
}
const UNCERTAIN: Outcome = { kind: 'uncertain', reason: 'the connection was lost after the body' }
const MINUTE = 60_000

test('every outcome becomes its state, with the words of the relay, and the accounts add up', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  const outcomes: Record<string, Outcome> = {
    reader2: DEFERRED,
    reader3: REJECTED,
    reader4: UNCERTAIN,
  }
  await using desk = await openDesk(house, { script: ({ to }) => outcomes[to.split('@')[0] ?? ''] })
  const editionId = await releaseDigest(house)
  await leave(house.db, { subscriberId: 5, newsletterId: null, now: house.now })

  await desk.drain()

  expect(await readRows(house, editionId)).toMatchObject([
    { state: 'accepted', reply: null, attempt: 1 },
    { state: 'planned', reply: DEFERRED.reply, retryAt: new Date(house.now.getTime() + MINUTE) },
    { state: 'rejected', reply: REJECTED.reply, retryAt: null },
    { state: 'uncertain', reply: UNCERTAIN.reason },
    { state: 'excluded', reason: 'left' },
  ])
  expect(await readAccounts(house.db, editionId)).toEqual({
    planned: 5,
    waiting: 0,
    tryingAgain: 1,
    claimed: 0,
    accepted: 1,
    rejected: 1,
    uncertain: 1,
    excluded: 1,
    excludedBy: { left: 1 },
    waitingBecause: [DEFERRED.reply],
    firstAcceptedAt: house.now,
    lastAcceptedAt: house.now,
  })
  expect(await listUncertain(house.db, editionId)).toEqual([
    { subscriberId: 4, reply: UNCERTAIN.reason, outcomeAt: house.now },
  ])
  const { rows } = await sql`select relay_id from delivery where state = 'accepted'`.execute(
    house.db,
  )
  expect(rows).toEqual([{ relay_id: '4F3A21' }])
})

test('an edition is sent only when nobody waits any more', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 2 ? DEFERRED : undefined),
  })
  const editionId = await releaseDigest(house)

  await desk.drain()
  const between = await stateOf(house, editionId)
  house.wait(MINUTE)
  await desk.drain()

  expect(between).toBe('sending')
  expect(await stateOf(house, editionId)).toBe('sent')
  expect(desk.relay.mails).toHaveLength(3)
})

test('a deferred mail waits twice as long after each attempt, at most an hour', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house, { script: () => DEFERRED })
  const editionId = await releaseDigest(house)
  await sql`update delivery set not_after = ${new Date(house.now.getTime() + 600 * MINUTE)}`.execute(
    house.db,
  )

  const waits: number[] = []
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    await desk.drain()
    const [row] = await readRows(house, editionId)
    const wait = (row?.retryAt?.getTime() ?? 0) - house.now.getTime()
    waits.push(wait / MINUTE)
    house.wait(wait)
  }

  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
})

test('a process that is told to stop gives its rows back, and they go out in the next drain', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  const told = new AbortController()
  await using desk = await openDesk(house, {
    script: async ({ number }) => {
      if (number === 2) told.abort()
      return undefined
    },
  })
  const editionId = await releaseDigest(house)

  await desk.drain('digest', told.signal)
  const given = await fates(house, editionId)
  await desk.drain()

  expect(given).toEqual(['accepted', 'planned', 'planned', 'planned'])
  expect(await fates(house, editionId)).toEqual(Array.from({ length: 4 }, () => 'accepted'))
  expect(desk.relay.mails).toHaveLength(4)
})

test('a mail that waits for a connection is called back at once when the process is told to stop', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const told = new AbortController()
  await using desk = await openDesk(house, {
    script: async ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('called back')))
        told.abort()
      }),
  })
  const editionId = await releaseDigest(house)

  await desk.drain('digest', told.signal)

  expect(await readRows(house, editionId)).toMatchObject([{ state: 'planned', reply: null }])
})

test('a mail that cannot be composed keeps nobody else waiting, and says so', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await sql`insert into variant (edition_id, id, blocks) values (${editionId}, 99, '{77}')`.execute(
    house.db,
  )
  await sql`update delivery set variant = 99 where subscriber_id = 2`.execute(house.db)

  await desk.drain()

  expect(await fates(house, editionId)).toEqual(['accepted', 'planned', 'accepted'])
  expect(await readAccounts(house.db, editionId)).toMatchObject({
    waitingBecause: ['this mail cannot be composed'],
  })
  expect(house.lines.join('')).toContain('does not hold all of the blocks 77')
})

test('outcomes that the database did not take are written when it is back', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await sql`
    create function go_away() returns trigger language plpgsql as $$ begin raise exception 'gone'; end $$;`.execute(
    house.db,
  )
  await sql`
    create trigger away before update on delivery for each row
      when (old.state = 'claimed') execute function go_away()`.execute(house.db)

  await desk.drain()
  const lost = await fates(house, editionId)
  await sql`drop trigger away on delivery`.execute(house.db)
  await sweepDeliveries(house.context, desk.sender)

  expect(lost).toEqual(['claimed', 'claimed'])
  expect(await fates(house, editionId)).toEqual(['accepted', 'accepted'])
  expect(await stateOf(house, editionId)).toBe('sent')
})

test('a journal that takes no record lets no body begin', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  desk.sender.journal.close()

  await desk.drain()

  expect(desk.relay.mails).toEqual([])
  expect(await readAccounts(house.db, editionId)).toMatchObject({
    tryingAgain: 2,
    waitingBecause: ['the journal is closed'],
  })
})
