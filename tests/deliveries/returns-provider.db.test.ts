import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { ProviderEvent } from '#deliveries/returns/provider-event.ts'
import { takeProviderEvents } from '#deliveries/returns/take-provider-events.ts'
import { takeWaitingReturns } from '#deliveries/returns/take-waiting-returns.ts'
import { subscribeTo } from '#subscribers/store.ts'
import type { House } from '../house.ts'
import { accountOf, bounceOf, effectsOf, readerOf, rowOf, sealedToken } from './returns-fixture.ts'
import { AGAIN, openSettled, UNCERTAIN } from './settled-fixture.ts'

const hard = bounceOf('hard') as ProviderEvent['event']
const complaint = { kind: 'complaint', feedback: 'abuse' } as const
let keys = 0

function eventOf(house: House, change: Partial<ProviderEvent> = {}): ProviderEvent {
  const key = `event ${(keys += 1)}`
  return { key, at: house.now, token: null, relayId: null, recipient: null, event: hard, ...change }
}

const take = async (house: House, ...events: ProviderEvent[]) =>
  takeProviderEvents(house.context, { provider: 'ses', events })

const withRelayId = (id: string) => sql`relay_id = ${id}, reply = null`

test('a bounce is answered at once and handled by the job', async () => {
  await using house = await openSettled(2)
  const token = await sealedToken(house, house)

  const answer = await take(house, eventOf(house, { token }))
  const before = await readerOf(house)
  const handled = await takeWaitingReturns(house.context)

  expect(answer).toEqual({ taken: 1 })
  expect(house.jobs.at(-1)).toEqual({ name: 'take-returns', data: {} })
  expect([before, handled]).toEqual(['active', 1])
  expect([await readerOf(house), await readerOf(house, 2)]).toEqual([
    'bounced, listed: bounced',
    'active',
  ])
  expect(await takeWaitingReturns(house.context)).toBe(0)
})

test('complaints and wishes to leave are honoured before the answer', async () => {
  await using house = await openSettled(3)
  const [one, two] = [
    await sealedToken(house, house),
    await sealedToken(house, { ...house, reader: 2 }),
  ]

  await take(
    house,
    eventOf(house, { token: two, event: { kind: 'unsubscribe' } }),
    eventOf(house, { token: one, event: complaint }),
  )

  expect(await effectsOf(house)).toEqual(['unsubscribed', 'do-not-mail list'])
  expect(await readerOf(house)).toBe('complained, listed: complained')
  expect(house.leavings.map(({ kind }) => kind).toSorted()).toEqual(['complained', 'left'])
  const { rows } = await sql`
    select subscriber_id as reader, form from consent_event where kind = 'left' order by 1`.execute(
    house.db,
  )
  expect(rows).toEqual([
    { reader: 1, form: 'complaint' },
    { reader: 2, form: 'ses' },
  ])
  expect(house.jobs.filter(({ name }) => name === 'take-returns')).toEqual([])
})

test('the same event sent again changes nothing, also after the reader came back', async () => {
  await using house = await openSettled(1)
  const token = await sealedToken(house, house)
  const events = [eventOf(house, { token, event: { kind: 'unsubscribe' } })]
  await take(house, ...events)
  await subscribeTo(house.db, { subscriberId: 1, newsletterIds: [1], now: house.now })

  await take(house, ...events)

  const { rows } = await sql`select cadence from subscription where newsletter_id = 1`.execute(
    house.db,
  )
  expect(rows).toEqual([{ cadence: 'daily' }])
  expect(await effectsOf(house)).toEqual(['unsubscribed'])
})

test('without a token the relay’s id of the row and the address together find it', async () => {
  await using house = await openSettled(2, { 1: withRelayId('0102018f-7a') })

  await take(
    house,
    eventOf(house, { relayId: '<0102018f-7a>', recipient: 'Reader1@Example.org' }),
    eventOf(house, { relayId: '0102018f-7a', recipient: 'reader2@example.org', event: complaint }),
    eventOf(house, { recipient: 'reader2@example.org', event: complaint }),
    eventOf(house, { relayId: 'another', recipient: 'reader2@example.org' }),
    eventOf(house, { token: 'a'.repeat(56), recipient: 'reader2@example.org' }),
  )
  await takeWaitingReturns(house.context)

  expect(await effectsOf(house)).toEqual([
    'do-not-mail list',
    'nobody known',
    'nobody known',
    'nobody known',
    'nobody known',
  ])
  expect([await readerOf(house), await readerOf(house, 2)]).toEqual([
    'bounced, listed: bounced',
    'active',
  ])
})

test('an id of the relay says nothing after 30 days', async () => {
  await using house = await openSettled(1, { 1: withRelayId('0102018f-7a') })
  house.wait(31 * 86_400_000)

  await take(house, eventOf(house, { relayId: '0102018f-7a', recipient: 'reader1@example.org' }))
  await takeWaitingReturns(house.context)

  expect(await effectsOf(house)).toEqual(['nobody known'])
})

test('a delivered mail settles a row in doubt and leaves no row; what we do not act on is counted by name', async () => {
  await using house = await openSettled(3, {
    1: UNCERTAIN,
    2: sql`${AGAIN}, doubtful = true`,
  })
  const delivered = { kind: 'delivered' } as const
  const events = await Promise.all(
    [1, 2, 3].map(async (reader) =>
      eventOf(house, { token: await sealedToken(house, { ...house, reader }), event: delivered }),
    ),
  )

  await take(
    house,
    ...events,
    ...['Open', 'Send', 'Open'].map((name) => eventOf(house, { event: { kind: 'other', name } })),
  )

  expect(await effectsOf(house)).toEqual([])
  expect([
    await rowOf(house, house),
    await rowOf(house, { ...house, reader: 2 }),
    await rowOf(house, { ...house, reader: 3 }),
  ]).toEqual(['accepted', 'accepted', 'accepted'])
  expect((await accountOf(house, house.editionId)).told).toEqual({ accepted: 3 })
  const { rows } = await sql`select channel, name, count from provider_count order by name`.execute(
    house.db,
  )
  expect(rows).toEqual([
    { channel: 'ses', name: 'Open', count: 2 },
    { channel: 'ses', name: 'Send', count: 1 },
    { channel: 'ses', name: 'delivered', count: 3 },
  ])
})

test('one that cannot be handled keeps no other waiting, and is put aside after five times', async () => {
  await using house = await openSettled(2)
  const [one, two] = [
    await sealedToken(house, house),
    await sealedToken(house, { ...house, reader: 2 }),
  ]
  await take(house, eventOf(house, { token: one }), eventOf(house, { token: two }))
  await sql`update returned set reason = 'a word of tomorrow' where id = (select min(id) from returned)`.execute(
    house.db,
  )

  const handled = [await takeWaitingReturns(house.context)]
  for (let time = 0; time < 5; time += 1) handled.push(await takeWaitingReturns(house.context))

  expect(handled).toEqual([1, 0, 0, 0, 0, 0])
  expect(await effectsOf(house)).toEqual(['failed: a bounce does not wait', 'do-not-mail list'])
  expect(house.lines.filter((line) => line.includes('could not be handled'))).toHaveLength(5)
})

test('what a provider tells is stored without addresses', async () => {
  await using house = await openSettled(1)

  await take(house, eventOf(house, { recipient: 'reader1@example.org', relayId: 'some-id' }))

  const { rows } = await sql<{ row: string }>`select r::text as row from returned r`.execute(
    house.db,
  )
  expect(rows[0]?.row).not.toContain('reader1')
})

test('what no database takes as text does not keep the events beside it from being honoured', async () => {
  await using house = await openSettled(1)
  const token = await sealedToken(house, house)

  await take(house, eventOf(house, { key: 'odd\0' }), eventOf(house, { token, event: complaint }))

  expect(await readerOf(house)).toMatch(/^complained/)
})

test('an event that says at last whom it is about is honoured under the key of the one that did not', async () => {
  await using house = await openSettled(1)
  const token = await sealedToken(house, house)
  const said = eventOf(house, { event: complaint })

  await take(house, said)
  const before = await readerOf(house)
  await take(house, { ...said, token })

  expect(before).toBe('active')
  expect(await readerOf(house)).toMatch(/^complained/)
})

test('when the database does not take one event, none is taken, and all come again', async () => {
  await using house = await openSettled(1)
  const token = await sealedToken(house, house)
  const good = eventOf(house, { token, event: complaint })

  const taking = take(house, good, eventOf(house, { key: '' }))

  await expect(taking).rejects.toThrow('event_key')
  expect(await effectsOf(house)).toEqual([])
  expect(await readerOf(house)).toBe('active')
  expect(house.leavings).toEqual([])
})
