import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { requestToJoin } from '#deliveries/service-mail.ts'
import { holdEverything, releaseHold, RestoreMark } from '#deliveries/restore-mark.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { getEdition, releaseEdition } from '#editions/store.ts'
import { addReaders, openHouse } from '../house.ts'
import {
  approveDigest,
  type Desk,
  openDesk,
  releaseAlert,
  releaseDigest,
  stateOf,
} from './send-fixture.ts'

const DEFERRED = { kind: 'deferred' as const, code: 451, reply: '451 4.7.1 Greylisted' }
const digestLane = ({ sender }: Desk) => ({
  name: 'drain-lane',
  data: { lane: 'digest', sender: sender.id },
})

test('an edition whose planning has no job gets one', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await approveDigest(house)
  await releaseEdition(house.db, { id: editionId, rule: 'now', test: true, now: house.now })
  house.jobs.length = 0

  await sweepDeliveries(house.context, desk.sender)

  expect(house.jobs).toEqual([{ name: 'plan-edition', data: { editionId } }])
})

test('each lane with something due gets a job', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  await releaseDigest(house)
  await releaseAlert(house)
  await requestToJoin(house.context, {
    email: 'new@example.org',
    newsletters: ['daily'],
    timeZone: 'Europe/London',
    language: 'en',
    topics: [],
    witness: { form: 'front page' },
  })
  house.jobs.length = 0

  await sweepDeliveries(house.context, desk.sender)

  expect(house.jobs.map((job) => ('lane' in job.data ? job.data.lane : '')).toSorted()).toEqual([
    'alert',
    'confirmation',
    'digest',
  ])
})

test('a lane gets no job before its hour', async () => {
  await using house = await openHouse({ now: new Date('2026-11-22T05:00:00Z') })
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  await releaseDigest(house, 'local hour')
  house.jobs.length = 0

  await sweepDeliveries(house.context, desk.sender)
  const early = [...house.jobs]
  house.wait(90 * 60_000)
  await sweepDeliveries(house.context, desk.sender)

  expect([early, house.jobs]).toEqual([[], [digestLane(desk)]])
})

test('a lane gets no job before a mail may be tried again', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 1 ? DEFERRED : undefined),
  })
  await releaseDigest(house)
  await desk.drain()
  house.jobs.length = 0

  await sweepDeliveries(house.context, desk.sender)
  const early = [...house.jobs]
  house.wait(60_000)
  await sweepDeliveries(house.context, desk.sender)

  expect([early, house.jobs]).toEqual([[], [digestLane(desk)]])
})

test('what is done is closed, and nothing is left to do', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await desk.drain()
  await sql`update edition set state = 'sending', sent_at = null where id = ${editionId}`.execute(
    house.db,
  )
  house.jobs.length = 0

  await sweepDeliveries(house.context, desk.sender)

  expect(await stateOf(house, editionId)).toBe('sent')
  expect(house.jobs).toEqual([])
})

test('an edition that was released into the built-in inbox is held when a relay is there, and the reverse', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)

  await sweepDeliveries({ ...house.context, relay: { test: false } }, desk.sender)
  const inbox = await getEdition(house.db, editionId)
  await sql`update edition set state = 'sending', state_reason = null, test = false`.execute(
    house.db,
  )
  await sweepDeliveries(house.context, desk.sender)

  expect(inbox).toMatchObject({
    state: 'held',
    stateReason: expect.stringContaining('into the built-in inbox'),
  })
  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'held',
    stateReason: expect.stringContaining('SMTP_URL is not set'),
  })
})

test('while everything is held no job is left, and rows of lost processes are settled all the same', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await desk.drain()
  await releaseAlert(house)
  const mark = await RestoreMark.open(house.context, { dataDir: desk.dataDir })
  await holdEverything(house.context, { reason: 'test' })
  desk.sender.unwritten.push({
    key: { editionId, subscriberId: 1, attempt: 1 },
    fate: { kind: 'given back' },
    at: house.now,
  })
  house.jobs.length = 0

  await sweepDeliveries(house.context, { ...desk.sender, mark })
  const held = [...house.jobs]
  await releaseHold(house.context, { dataDir: desk.dataDir, operator: 'ines' })
  await sweepDeliveries(house.context, { ...desk.sender, mark })

  expect(held).toEqual([])
  expect(desk.sender.unwritten).toEqual([])
  expect(house.jobs).toMatchObject([{ name: 'drain-lane', data: { lane: 'alert' } }])
})

test('sweeping twice is the same as sweeping once', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house)
  await releaseDigest(house)
  const rows = async () =>
    (await sql`select * from delivery order by subscriber_id`.execute(house.db)).rows

  await sweepDeliveries(house.context, desk.sender)
  const once = await rows()
  await sweepDeliveries(house.context, desk.sender)

  expect(await rows()).toEqual(once)
})
