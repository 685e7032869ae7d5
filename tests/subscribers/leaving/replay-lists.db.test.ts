import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Context } from '#context.ts'
import { hashAddress } from '#secrets.ts'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import { openLeavings } from '#subscribers/leavings.ts'
import { replayLeavings } from '#subscribers/replay-leavings.ts'
import { findByAddress } from '#subscribers/store.ts'
import { blockAddress, liftAddress } from '#subscribers/suppression/do-not-mail.ts'
import { listDomains } from '#subscribers/suppression/domain-store.ts'
import { blockDomain, liftDomain } from '#subscribers/suppression/whole-domain.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { importLists } from '../import/list-fixture.ts'

const witness = { form: 'page' }
const actor = { id: 1, name: 'mara' }
let dataDir = ''

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-leavings-'))
})

afterEach(async () => rm(dataDir, { recursive: true, force: true }))

/** What a house does that has a file of those who left, and of which only that file is there later. */
async function lost(act: (context: Context) => Promise<unknown>): Promise<void> {
  await using house = await openHouse()
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  house.wait(60_000)
  await act({ ...house.context, leavings })
}

async function statesOf({ db }: House): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select s.id || ' ' || s.state || coalesce(' ' || p.reason, '') as line
      from subscriber s left join suppression p using (address_hash) order by s.id`.execute(db)
  return rows.map(({ line }) => line)
}

test('whom a list put on the do-not-mail list is on it again, and is nothing else by it', async () => {
  const reasons = ['unsubscribed', 'bounced', 'complained', 'blocked']
  await lost(async (context) => {
    for (const [index, reason] of reasons.entries()) {
      const list = `email,status\nReader${index + 1}@example.org,${reason}\n`
      await importLists({ context }, { 'list.csv': list })
    }
  })
  await using house = await openHouse()
  await addReaders(house, 5)

  const replayed = await replayLeavings(house.context, { dataDir })
  const again = await replayLeavings(house.context, { dataDir })

  expect([replayed.suppressed, again.suppressed]).toEqual([4, 0])
  expect(await statesOf(house)).toEqual([
    '1 active left',
    '2 active bounced',
    '3 active complained',
    '4 active blocked',
    '5 active',
  ])
})

test('a rule about a whole domain holds again, and one that was taken back does not', async () => {
  await lost(async (context) => {
    for (const domain of ['closed.example', 'open.example'])
      await blockDomain(context, { domain, sure: true, actor })
    await liftDomain(context, { domain: 'open.example', sure: true, actor })
  })
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'closed.example' })
  await addReaders(house, 1, { domain: 'open.example' })

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed).toMatchObject({ damaged: 0 })
  expect(await listDomains(house.db, { limit: 10 })).toMatchObject([
    { domain: 'closed.example', readers: 1 },
  ])
  const { rows } = await sql`
    select kind, form from consent_event where kind = 'suppressed'`.execute(house.db)
  expect(rows).toEqual([{ kind: 'suppressed', form: 'replayed after a restore' }])
})

test('who complained or had the data erased is so again', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  house.wait(60_000)
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  const note = (kind: 'complained' | 'erased', number: number) => ({
    at: house.now,
    kind,
    newsletterId: null,
    addressHash: hashAddress(house.context.secrets, `reader${number}@example.org`),
  })
  await leavings.note([note('complained', 1), note('erased', 2)])

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed.suppressed).toBe(2)
  const { rows } = await sql`select state, email from subscriber order by id`.execute(house.db)
  expect(rows).toEqual([
    { state: 'complained', email: 'reader1@example.org' },
    { state: 'erased', email: null },
  ])
})

test('who confirmed again after a complaint, or was taken off the list by the team, stays off at the next start', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  const { db, context } = house
  const log = openLeavings({ dataDir, log: context.log })
  const noting = { ...context, leavings: log }
  const hashOf = (number: number) => hashAddress(context.secrets, `reader${number}@example.org`)
  const at = house.now
  await log.note(
    [1, 2].map((number) => ({
      at,
      kind: 'complained' as const,
      newsletterId: null,
      addressHash: hashOf(number),
    })),
  )
  await blockAddress(noting, { address: 'reader3@example.org', actor })
  house.wait(60_000)
  const first = await findByAddress(db, hashOf(1))
  await recordConsent(db, { subscriberId: first?.id ?? 0, kind: 'lifted', witness, now: house.now })
  await liftAddress(noting, { address: 'reader3@example.org', actor })
  await log[Symbol.asyncDispose]()

  await replayLeavings(context, { dataDir })

  expect(await statesOf(house)).toEqual(['1 active', '2 complained complained', '3 active'])
})

test('who was erased after the backup is erased whole, and whoever signed up again since is not', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const { db, context } = house
  const log = openLeavings({ dataDir, log: context.log })
  const hashOf = (number: number) => hashAddress(context.secrets, `reader${number}@example.org`)
  await log.note(
    [1, 2].map((number) => ({
      at: house.now,
      kind: 'erased' as const,
      newsletterId: null,
      addressHash: hashOf(number),
    })),
  )
  await log[Symbol.asyncDispose]()
  house.wait(60_000)
  const second = await findByAddress(db, hashOf(2))
  await recordConsent(db, {
    subscriberId: second?.id ?? 0,
    kind: 'confirmed',
    witness,
    now: house.now,
  })

  await replayLeavings(context, { dataDir })

  const { rows } = await sql<{ line: string }>`
    select s.id || ' ' || s.state || ' ' || count(u.*) as line
      from subscriber s left join subscription u on u.subscriber_id = s.id group by s.id order by s.id`.execute(
    db,
  )
  expect(rows.map(({ line }) => line)).toEqual(['1 erased 0', '2 active 2'])
})

test('nobody is mailed any more at an address whose reader has moved to another one', async () => {
  await lost(async ({ leavings, secrets, clock }) => {
    const addressHash = hashAddress(secrets, 'reader1@example.org')
    await leavings.note([{ at: clock.now(), kind: 'moved', newsletterId: null, addressHash }])
  })
  await using house = await openHouse()
  await addReaders(house, 2)

  const replayed = await replayLeavings(house.context, { dataDir })

  expect(replayed).toMatchObject({ left: 1 })
  expect(await statesOf(house)).toEqual(['1 left', '2 active'])
})

test('an address that the team blocked is a blocked one again', async () => {
  await lost(async (context) => blockAddress(context, { address: 'reader1@example.org', actor }))
  await using house = await openHouse()
  await addReaders(house, 1)

  await replayLeavings(house.context, { dataDir })

  expect(await statesOf(house)).toEqual(['1 active blocked'])
})
