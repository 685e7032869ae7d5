import { expect, test } from 'vitest'
import { grantServiceMails, type RelayLimit } from '#deliveries/pace.ts'
import { addReaders, openHouse } from '../house.ts'
import { ask } from './pace-fixture.ts'
import { releaseDigest } from './send-fixture.ts'

/** What a sender knows of relays that all have a limit. */
class Relays {
  readonly #limits: RelayLimit[]
  left = 0
  share = 1
  unlimited = false
  given: Record<string, number> = {}

  constructor(...limits: RelayLimit[]) {
    this.#limits = limits
  }

  limits() {
    return this.#limits.map((limit) => ({ ...limit, share: this.share, credit: this.left }))
  }

  credit() {
    return this.unlimited ? Infinity : this.left
  }

  addCredit(name: string, mails: number) {
    this.left += mails
    this.given[name] = (this.given[name] ?? 0) + mails
  }
}

test('relays with limits are asked for at most a second, by all senders together', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  const limit = { name: 'ses', rate: 14, hourly: null, daily: null }
  const [one, other] = [new Relays(limit), new Relays(limit)]
  await ask(house, editionId, { relays: one }) // makes the bucket
  house.wait(1000)

  const grants = [
    await ask(house, editionId, { relays: one }),
    await ask(house, editionId, { relays: other }),
  ]

  expect(grants).toEqual([
    { mails: 7, concurrency: null, because: 'relay ses takes 14 mails a second' },
    { mails: 0, concurrency: null, because: 'relay ses takes 14 mails a second' },
  ])
  expect([one.given, other.given]).toEqual([{ ses: 7 }, {}])
})

test('the caps of an hour are shared, follow the configuration, and leave a part to confirmations', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  const limit = { name: 'ses', rate: null, hourly: 1000, daily: null }
  const relays = new Relays(limit)

  const digest = await ask(house, editionId, { relays, want: 5000 })
  const service = await house.db
    .transaction()
    .execute(async (db) =>
      grantServiceMails(db, { want: 5, relays: new Relays(limit), now: house.now }),
    )
  const raised = await ask(house, editionId, {
    relays: new Relays({ ...limit, hourly: 2000 }),
    want: 5000,
  })

  expect(digest).toMatchObject({
    mails: 980,
    because: 'the 1,000 mails an hour of relay ses are used up',
  })
  expect(service.mails).toBe(5)
  expect(raised.mails).toBe(1960 - 985)
})

test('a relay beside one that is used up gives the rest', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  const relays = new Relays(
    { name: 'one', rate: null, hourly: null, daily: 100 },
    { name: 'two', rate: null, hourly: null, daily: 200 },
  )

  const grant = await ask(house, editionId, { relays, want: 250 })

  expect(grant.mails).toBe(250)
  expect(relays.given).toEqual({ one: 98, two: 152 })
})

test('credit of claims on their way is not granted twice, and more than that is used first', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  const relays = new Relays({ name: 'one', rate: null, hourly: null, daily: 100_000 })

  relays.left = 200
  await ask(house, editionId, { relays, want: 100 })
  const fresh = relays.given['one']
  relays.left = 280
  await ask(house, editionId, { relays, want: 100 })

  expect(fresh).toBe(100)
  expect(relays.given['one']).toBe(100 + 20)
})

test('beside a relay without limits nothing is kept back, and the one with limits gets its part', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  const relays = new Relays({ name: 'ses', rate: null, hourly: 1000, daily: null })
  relays.unlimited = true
  relays.share = 0.25

  const grants = [
    await ask(house, editionId, { relays, want: 100 }),
    await ask(house, editionId, { relays, want: 100 }),
    await ask(house, editionId, { relays, want: 100 }),
  ]

  expect(grants.map(({ mails }) => mails)).toEqual([100, 100, 100])
  expect(relays.given).toEqual({ ses: 50 })
})
