import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { takeUnsubscribe } from '#deliveries/returns/take-unsubscribe.ts'
import { hashAddress } from '#secrets.ts'
import { lockSubscriber, subscribeTo } from '#subscribers/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { contentsOf } from '../http/web-fixture.ts'
import { claim } from './claim-fixture.ts'
import { fates, openDesk, releaseAlert, releaseDigest } from './send-fixture.ts'
import {
  accountOf,
  changeAddress,
  COMPLAINT,
  effectsOf,
  readerOf,
  rowOf,
  tokenOf,
} from './returns-fixture.ts'
import { CLAIMED, openSettled, UNCERTAIN, WAITING } from './settled-fixture.ts'

async function complain(
  house: House,
  {
    editionId,
    reader = 1,
    addressVersion = 1,
    key = 'complaint',
    feedback = 'abuse',
  }: {
    editionId: number
    reader?: number
    addressVersion?: number
    key?: string
    feedback?: string
  },
) {
  const token = await tokenOf(house, { reader, editionId, addressVersion })
  const returned = { ...COMPLAINT, feedback }
  return takeReturn(house.context, { channel: 'smtp', key, returned, token })
}

/** What the reader still gets: `daily breaking`. */
async function choicesOf({ db }: House, reader = 1): Promise<string> {
  const { rows } = await sql<{ slugs: string | null }>`
    select string_agg(n.slug, ' ' order by n.id) as slugs
      from subscription u join newsletter n on n.id = u.newsletter_id
     where u.subscriber_id = ${reader} and u.cadence <> 'off'`.execute(db)
  return rows[0]?.slugs ?? ''
}

test.each([
  ['sent', undefined, 'accepted, complained'],
  ['in doubt', UNCERTAIN, 'accepted, complained'],
  ['waiting', WAITING, 'planned'],
  ['being sent', CLAIMED, 'claimed'],
] as const)('a complaint about a mail that is %s is honoured', async (_name, change, row) => {
  await using house = await openSettled(2, change === undefined ? {} : { 1: change })

  const effect = await complain(house, house)

  expect(effect).toBe('do-not-mail list')
  expect(await readerOf(house)).toBe('complained, listed: complained')
  expect(await choicesOf(house)).toBe('')
  expect(await rowOf(house, house)).toBe(row)
  expect(await readerOf(house, 2)).toBe('active')
  const { told, counted } = await accountOf(house, house.editionId)
  expect(told).toEqual(counted)
})

test('a complaint is remembered as a withdrawal by its edition, and outside the database', async () => {
  await using house = await openSettled(1)

  await complain(house, house)

  const { rows } = await sql`
    select kind, form, newsletter_id as newsletter, edition_id as edition from consent_event
     where kind = 'left'`.execute(house.db)
  expect(rows).toEqual([
    { kind: 'left', form: 'complaint', newsletter: null, edition: house.editionId },
  ])
  const addressHash = hashAddress(house.context.secrets, 'reader1@example.org')
  expect(house.leavings).toEqual([
    { at: house.now, kind: 'complained', newsletterId: null, addressHash },
  ])
})

test('a complaint is honoured by the very next claim', async () => {
  await using house = await openHouse()
  const [first, ...others] = await addReaders(house, 3)
  const editionId = await releaseDigest(house)

  await complain(house, { editionId })

  const rows = await claim(house)
  expect(rows?.map(({ subscriberId }) => subscriberId)).toEqual(others)
  expect(first).toBe(1)
})

test('a complaint is honoured by a claim whose mails are already on their way', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  let complained: Promise<unknown> | undefined
  await using desk = await openDesk(house, {
    connections: 3,
    script: async () => {
      complained ??= complain(house, { editionId, reader: 2 })
      await complained
      // A look at withdrawals comes every 400 ms.
      await new Promise((resolve) => setTimeout(resolve, 700))
      return undefined
    },
  })
  const editionId = await releaseAlert(house)

  await desk.drain('alert')

  const [one, two, three] = await fates(house, editionId)
  expect([one, three]).toEqual(['accepted', 'accepted'])
  expect(two).toMatch(/^excluded: (left|suppressed)$/)
  expect(desk.relay.mails.map((mail) => mail.to)).not.toContain('reader2@example.org')
})

test('a complaint through an old address ends the newsletter of its edition, and the new address stays', async () => {
  await using house = await openSettled(1)
  await changeAddress(house)

  const effect = await complain(house, house)

  expect(effect).toBe('unsubscribed')
  expect(await readerOf(house)).toBe('active')
  expect(await choicesOf(house)).toBe('breaking')
  expect(await rowOf(house, house)).toBe('accepted, complained')
  expect(house.leavings).toMatchObject([{ kind: 'left', newsletterId: 1 }])
})

test('a replayed complaint changes nothing, also after the reader was let in again', async () => {
  await using house = await openSettled(1)
  await complain(house, { ...house, key: 'one' })
  await sql`delete from suppression`.execute(house.db)
  await sql`update subscriber set state = 'active', left_at = null`.execute(house.db)
  await subscribeTo(house.db, { subscriberId: 1, newsletterIds: [1], now: house.now })
  const before = await contentsOf(house)

  const effects = [
    await complain(house, { ...house, key: 'one' }),
    await complain(house, { ...house, key: 'two' }),
  ]

  expect(effects).toEqual(['known already', 'marked already'])
  expect({ ...(await contentsOf(house)), returned: [] }).toEqual({ ...before, returned: [] })
  expect(house.leavings).toHaveLength(1)
})

test.each(['not-spam', 'auth-failure'])('a report of %s is no complaint', async (feedback) => {
  await using house = await openSettled(1)

  expect(await complain(house, { ...house, feedback })).toBe('nothing')
  expect(await readerOf(house)).toBe('active')
})

test('a complaint about a confirmation closes the address', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)

  const effect = await complain(house, { editionId: 0 })

  expect(effect).toBe('do-not-mail list')
  expect(await readerOf(house)).toBe('complained, listed: complained')
})

test('complaints of one reader at the same moment are one', async () => {
  await using house = await openSettled(1)
  const complaints: Promise<string>[] = []

  await house.db.transaction().execute(async (db) => {
    await lockSubscriber(db, 1)
    for (const key of ['one', 'two']) complaints.push(complain(house, { editionId: 0, key }))
    await expect.poll(async () => countWaiting(house), { timeout: 10_000 }).toBe(2)
  })

  expect((await Promise.all(complaints)).toSorted()).toEqual(['do-not-mail list', 'marked already'])
  expect(house.leavings).toHaveLength(1)
})

async function countWaiting({ db }: House): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  return rows[0]?.count ?? 0
}

test('a mail to the unsubscribe address leaves the newsletter of its edition, once', async () => {
  await using house = await openSettled(1)
  const token = await tokenOf(house, { editionId: house.editionId, addressVersion: 0 })
  const mail = { channel: 'smtp', key: 'one', token } as const

  const effects = [await takeUnsubscribe(house.context, mail)]
  await subscribeTo(house.db, { subscriberId: 1, newsletterIds: [1], now: house.now })
  effects.push(await takeUnsubscribe(house.context, mail))
  const afterReplay = await choicesOf(house)
  effects.push(await takeUnsubscribe(house.context, { ...mail, key: 'two' }))
  effects.push(await takeUnsubscribe(house.context, { ...mail, key: 'three' }))

  expect(effects).toEqual(['unsubscribed', 'known already', 'unsubscribed', 'nothing'])
  expect(afterReplay).toBe('daily breaking')
  expect(await choicesOf(house)).toBe('breaking')
  expect(house.leavings).toMatchObject([
    { kind: 'left', newsletterId: 1 },
    { kind: 'left', newsletterId: 1 },
  ])
  const { rows } = await sql<{ form: string; edition: number }>`
    select form, edition_id as edition from consent_event where kind = 'left'`.execute(house.db)
  expect(rows[0]).toEqual({ form: 'mail', edition: house.editionId })
  expect(await effectsOf(house)).toEqual(['unsubscribed', 'unsubscribed', 'nothing'])
})
