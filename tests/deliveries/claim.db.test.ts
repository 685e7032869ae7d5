import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type ClaimInput, lockDrain } from '#deliveries/claim-store.ts'
import { planEdition } from '#deliveries/plan.ts'
import { releaseEdition } from '#editions/store.ts'
import { hashAddress } from '#secrets.ts'
import { leave } from '#subscribers/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { claim, question } from './claim-fixture.ts'
import { approveDigest, fates, openDesk, releaseAlert, releaseDigest } from './send-fixture.ts'

async function suppress(house: House, email: string) {
  const hash = hashAddress(house.context.secrets, email)
  await sql`insert into suppression (address_hash, reason, at) values (${hash}, 'complained', ${house.now})`.execute(
    house.db,
  )
}

test('who left, snoozed, switched off or was suppressed after planning is left out by the claim and never mailed', async () => {
  await using house = await openHouse()
  const [reader, left, snoozed, off, erased] = await addReaders(house, 6)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await leave(house.db, { subscriberId: left ?? 0, newsletterId: null, now: house.now })
  await sql`update subscription set snoozed_until = '2027-01-01' where subscriber_id = ${snoozed}`.execute(
    house.db,
  )
  await sql`update subscription set cadence = 'off' where subscriber_id = ${off}`.execute(house.db)
  await sql`update subscriber set state = 'erased', email = null, address_hash = null where id = ${erased}`.execute(
    house.db,
  )
  await suppress(house, 'reader6@example.org')

  await desk.drain()

  expect(await fates(house, editionId)).toEqual([
    'accepted',
    'excluded: left',
    'excluded: snoozed',
    'excluded: left',
    'excluded: suppressed',
    'excluded: suppressed',
  ])
  expect(desk.relay.mails.map((mail) => mail.to)).toEqual(['reader1@example.org'])
  expect(reader).toBe(1)
})

test('a mail whose time has passed is left out as expired', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await releaseAlert(house)
  house.wait(60 * 60_000)

  await desk.drain('alert')

  expect(await fates(house, editionId)).toEqual(['excluded: expired'])
  expect(desk.relay.mails).toEqual([])
})

test('two claimers at once never share a row', async () => {
  await using house = await openHouse()
  await addReaders(house, 10)
  await addReaders(house, 10, { from: 11, domain: 'gmail.com' })
  await releaseDigest(house)

  const claims = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => claim(house, { senderId: index + 1, want: 4 })),
  )

  const ids = claims.flatMap((rows) => rows?.map((row) => row.subscriberId) ?? [])
  expect(new Set(ids).size).toBe(ids.length)
  expect(claims.filter((rows) => (rows?.length ?? 0) > 0).length).toBeGreaterThanOrEqual(2)
})

test('a walk that somebody stands on is left to them: the next claimer takes another one and waits for nobody', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await addReaders(house, 1, { from: 2, domain: 'gmail.com' })
  await releaseDigest(house)
  const input: ClaimInput = { ...question(house), limit: 100 }

  const taken = await house.db.transaction().execute(async (first) => {
    const one = await lockDrain(first, input)
    return house.db.transaction().execute(async (second) => {
      const two = await lockDrain(second, input)
      const three = await house.db.transaction().execute(async (third) => lockDrain(third, input))
      return [one, two, three]
    })
  })

  expect(taken.map((walk) => walk?.destination)).toEqual([1, 2, undefined])
})

test('a claim fixes the version, the address, the attempt and a lease before the first byte', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await sql`update subscriber set address_version = 7`.execute(house.db)
  await releaseDigest(house)

  const rows = await claim(house)

  expect(rows).toMatchObject([
    { attempt: 1, addressVersion: 7, email: 'reader1@example.org', blocks: [0, 1] },
  ])
  const ledger =
    await sql`select state, attempt, version, address_version, sender_id, lease_until from delivery`.execute(
      house.db,
    )
  expect(ledger.rows).toEqual([
    {
      state: 'claimed',
      attempt: 1,
      version: 1,
      address_version: 7,
      sender_id: 1,
      lease_until: new Date(house.now.getTime() + 300_000),
    },
  ])
})

test.each(['held', 'stopped'])('an edition that is %s is not claimed', async (state) => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  await sql`update edition set state = ${state}, state_reason = 'test' where id = ${editionId}`.execute(
    house.db,
  )

  expect(await claim(house)).toBeUndefined()
})

test('what was released into the built-in inbox is never claimed for a relay, nor the reverse', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await releaseDigest(house)

  expect(await claim(house, { test: false })).toBeUndefined()
  expect(await claim(house, { test: true })).toHaveLength(1)
})

test('a walk claims in the order of readers, goes on behind its cursor and ends when its rows are through', async () => {
  await using house = await openHouse()
  const readers = await addReaders(house, 5)
  await releaseDigest(house)

  const walks: (number[] | undefined)[] = []
  for (let step = 0; step < 4; step += 1)
    walks.push((await claim(house, { want: 2 }))?.map((row) => row.subscriberId))

  expect(walks).toEqual([readers.slice(0, 2), readers.slice(2, 4), readers.slice(4), undefined])
  expect((await sql`select 1 from delivery_drain`.execute(house.db)).rows).toEqual([])
})

test('a walk whose readers are all left out goes on', async () => {
  await using house = await openHouse()
  const readers = await addReaders(house, 3)
  await releaseDigest(house)
  for (const subscriberId of readers.slice(0, 2))
    await leave(house.db, { subscriberId, newsletterId: null, now: house.now })

  const first = await claim(house, { want: 2 })
  const second = await claim(house, { want: 2 })

  expect(first).toEqual([])
  expect(second).toMatchObject([{ subscriberId: readers[2] }])
})

test('a walk that waits for the next slice does not keep another one waiting, and goes on when the slice is there', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await addReaders(house, 1, { from: 2, domain: 'gmail.com' })
  await addReaders(house, 1, { from: 3 })
  await using desk = await openDesk(house)
  const editionId = await approveDigest(house)
  await releaseEdition(house.db, { id: editionId, rule: 'now', test: true, now: house.now })
  await planEdition(house.context, { editionId, slice: 2, signal: AbortSignal.abort() })

  await desk.drain()
  const afterSlice = await fates(house, editionId)
  await planEdition(house.context, { editionId, slice: 2 })
  await desk.drain()

  expect(afterSlice).toEqual(['accepted', 'accepted'])
  expect(await fates(house, editionId)).toEqual(['accepted', 'accepted', 'accepted'])
})

test('mails wait for the hour of their zone', async () => {
  await using house = await openHouse({ now: new Date('2026-11-22T05:00:00Z') })
  await addReaders(house, 1)
  await addReaders(house, 1, { from: 2, timeZone: 'America/New_York' })
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house, 'local hour')

  const early = await desk.drain()
  house.wait(90 * 60_000)
  await desk.drain()

  expect(early).toBe(0)
  expect(await fates(house, editionId)).toEqual(['accepted', 'planned'])
})
