import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { putConnections } from '#deliveries/pace-store.ts'
import { readTally } from '#deliveries/tally-store.ts'
import { getEdition } from '#editions/store.ts'
import type { Outcome } from '#mail/outcome.ts'
import { addReaders, openHouse } from '../house.ts'
import {
  addCrowd,
  fates,
  NO_KEYS,
  openDesk,
  readRows,
  releaseAlert,
  releaseDigest,
  stateOf,
  UNSENT,
} from './send-fixture.ts'

test('as many mails are on their way as the relays have use for, and each goes once', async () => {
  await using house = await openHouse()
  await addCrowd(house, 300)
  let most = 0
  await using desk = await openDesk(house, {
    connections: 7,
    script: async () => {
      most = Math.max(most, desk.relay.inFlight)
      await turn()
      return undefined
    },
  })
  const editionId = await releaseDigest(house)

  const claimed = await desk.drain()

  expect(most).toBe(7)
  expect(claimed).toBe(300)
  expect(new Set(desk.relay.mails.map((mail) => mail.to)).size).toBe(300)
  expect(desk.relay.mails).toHaveLength(300)
  expect(await stateOf(house, editionId)).toBe('sent')
  expect((await readTally(house.db, [editionId])).get(editionId)).toMatchObject({
    planned: 300,
    accepted: 300,
    claimed: 0,
    retry: 0,
  })
})

test('mails to be tried again do not wait for the end of the fresh ones', async () => {
  await using house = await openHouse()
  await addCrowd(house, 300)
  await addReaders(house, 5, { domain: 'gmail.com' })
  await using desk = await openDesk(house)
  await releaseDigest(house)
  await sql`update delivery set retry_at = ${house.now} where destination = 2`.execute(house.db)

  await desk.drain()

  const places = desk.relay.mails.flatMap(({ to }, at) => (to.endsWith('@gmail.com') ? [at] : []))
  expect(places).toHaveLength(5)
  expect(Math.max(...places)).toBeLessThan(150)
})

test('an alert that comes while a mail of the lane hangs does not wait for it', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const second = Promise.withResolvers<void>()
  await using desk = await openDesk(house, {
    connections: 2,
    script: async ({ number }) => {
      if (number === 1) {
        await releaseAlert(house)
        await second.promise
      } else second.resolve()
      return undefined
    },
  })
  await releaseDigest(house)
  await sql`update edition set kind = 'correction'`.execute(house.db)

  await desk.drain('alert')

  expect(desk.relay.mails).toHaveLength(2)
})

test('a destination gets no more mails at once than it may, and the others do not wait for it', async () => {
  await using house = await openHouse()
  await addReaders(house, 8, { domain: 'gmail.com' })
  await addReaders(house, 8, { from: 9 })
  await putConnections(house.db, { name: 'destination 2', connections: 1, now: house.now })
  let google = 0
  const most = { google: 0, all: 0 }
  await using desk = await openDesk(house, {
    connections: 6,
    script: async ({ to }) => {
      const slow = to.endsWith('@gmail.com')
      if (slow) google += 1
      most.google = Math.max(most.google, google)
      most.all = Math.max(most.all, desk.relay.inFlight)
      await turn()
      if (slow) google -= 1
      return undefined
    },
  })
  await releaseDigest(house)

  await desk.drain()

  expect(desk.relay.mails).toHaveLength(16)
  expect(most).toEqual({ google: 1, all: 6 })
})

test('a destination that asks for patience is left alone for a while; the rest goes on', async () => {
  await using house = await openHouse()
  await addCrowd(house, 120)
  await addReaders(house, 120, { domain: 'gmail.com' })
  const busy: Outcome = {
    kind: 'deferred',
    code: 421,
    reply: '421 4.7.28 Our system has detected an unusual rate of mail from you',
  }
  await using desk = await openDesk(house, {
    script: ({ to }) => (to.endsWith('@gmail.com') ? busy : undefined),
  })
  const editionId = await releaseDigest(house)

  await desk.drain()

  const rows = await readRows(house, editionId)
  const { rows: paces } = await sql<{ name: string; reply: string }>`
    select name, reply from pace`.execute(house.db)
  expect(rows.filter((row) => row.state === 'accepted')).toHaveLength(120)
  expect(desk.relay.tries).toBeLessThan(130)
  expect(paces).toEqual([{ name: 'destination 2', reply: busy.reply }])
})

test('an edition is mailed as it was approved, whatever is done to its row while it is on its way', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house, {
    script: async ({ number }) => {
      if (number === 1) await sql`update edition set subject = 'Buy now'`.execute(house.db)
      return undefined
    },
  })
  const editionId = await releaseDigest(house)
  const { subject } = await getEdition(house.db, editionId)

  await desk.drain()

  expect(desk.relay.mails).toHaveLength(2)
  for (const { raw } of desk.relay.mails) expect(raw.toString()).toContain(`Subject: ${subject}`)
})

test('an edition whose key is gone is held with that reason, and nobody is mailed', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const reason = 'the DKIM key s1 of example.org is gone'
  const signerFor = () => {
    throw new Error(reason)
  }
  await using desk = await openDesk(house, { dkim: { ...NO_KEYS, signerFor } })
  const editionId = await releaseDigest(house)

  await desk.drain()

  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'held',
    stateReason: reason,
  })
  expect(await fates(house, editionId)).toEqual(['planned'])
})

test('while the disk is nearly full nothing is claimed, and it goes on by itself', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  const { floor } = desk.sender
  desk.sender.floor = { ...floor, blocked: () => 'the disk has 1.2 GB left' }

  const blocked = await desk.drain()
  desk.sender.floor = floor
  await desk.drain()

  expect(blocked).toBe(0)
  expect(await fates(house, editionId)).toEqual(['accepted', 'accepted'])
})

test('a sender whose relay does not answer says so in its figures', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house, { script: () => UNSENT })
  await releaseDigest(house)

  await desk.drain()

  const { rows } = await sql<{ pace: unknown }>`select pace from sender`.execute(house.db)
  expect(rows[0]?.pace).toMatchObject({
    at: house.now.toISOString(),
    lanes: { digest: { bottleneck: 'resting', words: expect.stringContaining(UNSENT.reason) } },
  })
})

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
