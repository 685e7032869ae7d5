import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import { countEvents, listEvents } from '#subscribers/consent/event-store.ts'
import { eraseSubscriber } from '#subscribers/erasure/erase.ts'
import { blockAddress, liftAddress } from '#subscribers/suppression/do-not-mail.ts'
import { bounceOf, COMPLAINT, tokenOf } from '../../deliveries/returns-fixture.ts'
import { ensureOperator } from '../../deliveries/send-fixture.ts'
import { openSettled } from '../../deliveries/settled-fixture.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { openLife, WITNESS } from '../erasure/life-fixture.ts'

async function linesOf({ db }: House, subscriberId: number): Promise<string[]> {
  const events = await listEvents(db, { subscriberId, limit: 100 })
  return events
    .filter(({ kind }) => kind !== 'added')
    .map(
      ({ kind, form, operator }) =>
        `${kind} by ${form}${operator === null ? '' : ` (${operator})`}`,
    )
}

test.each([
  ['update', sql`update consent_event set form = 'other'`],
  ['delete', sql`delete from consent_event`],
  ['truncate', sql`truncate consent_event`],
])('the ledger refuses every %s', async (_, change) => {
  await using house = await openHouse()
  await addReaders(house, 1)

  await expect(change.execute(house.db)).rejects.toThrow('append-only')

  expect(await listEvents(house.db, { subscriberId: 1, limit: 10 })).toHaveLength(2)
})

test('after a whole life, with letters, a bounce, a complaint, a block and an erasure, no row holds an address', async () => {
  await using life = await openLife()
  await using _desk = life.desk
  const actor = { id: await ensureOperator(life), name: 'ines' }
  await blockAddress(life.context, { address: 'reader2@example.org', actor })
  const token = await tokenOf(life, { reader: 3, editionId: life.editionId })
  await takeReturn(life.context, { channel: 'smtp', key: 'spam', returned: COMPLAINT, token })
  await eraseSubscriber(life.context, { subscriberId: 1, witness: WITNESS })

  const { rows } = await sql<{ row: string }>`
    select to_jsonb(c)::text as row from consent_event c order by id`.execute(life.db)

  const kinds = rows.map(({ row }) => (JSON.parse(row) as { kind: string }).kind)
  expect(new Set(kinds)).toEqual(new Set(['added', 'asked', 'left', 'suppressed', 'erased']))
  expect(rows.filter(({ row }) => /@|203\.0\.113|reader\d/i.test(row))).toEqual([])
})

test('a network is kept as a hash under the reader’s own key: two readers of one network share nothing', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  for (const subscriberId of [1, 1, 2])
    await recordConsent(house.db, {
      subscriberId,
      kind: 'changed',
      witness: WITNESS,
      now: house.now,
    })

  const hashes = []
  for (const subscriberId of [1, 2])
    for (const event of await listEvents(house.db, { subscriberId, limit: 10 }))
      if (event.kind === 'changed') hashes.push(event.networkHash)

  expect(hashes[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(hashes[1]).toBe(hashes[0])
  expect(hashes[2]).not.toBe(hashes[0])
})

test('a bounce, a complaint, a block and its lifting are each in the ledger of the reader', async () => {
  await using house = await openSettled(3)
  const actor = { id: await ensureOperator(house), name: 'ines' }
  const tokens = [1, 2].map(async (reader) => tokenOf(house, { ...house, reader }))
  const [first, second] = await Promise.all(tokens)
  const channel = 'smtp' as const

  if (first !== undefined)
    await takeReturn(house.context, {
      channel,
      key: 'one',
      returned: bounceOf('hard'),
      token: first,
    })
  if (second !== undefined)
    await takeReturn(house.context, { channel, key: 'two', returned: COMPLAINT, token: second })
  await blockAddress(house.context, { address: 'reader3@example.org', actor })
  await blockAddress(house.context, { address: 'reader3@example.org', actor })
  await liftAddress(house.context, { address: 'reader3@example.org', actor })
  await liftAddress(house.context, { address: 'reader1@example.org', actor })

  expect(await linesOf(house, 1)).toEqual([
    'suppressed by bounce',
    'returned by operator ines (ines)',
  ])
  expect(await linesOf(house, 2)).toEqual(['left by complaint', 'suppressed by complaint'])
  expect(await linesOf(house, 3)).toEqual([
    'suppressed by operator ines (ines)',
    'lifted by operator ines (ines)',
  ])
})

test('the ledger in numbers is by month, kind and form, and counts the team as one', async () => {
  await using house = await openHouse({ now: new Date('2026-10-31T23:59:59Z') })
  await addReaders(house, 2, { newsletters: ['daily'] })
  house.wait(1000)
  for (const form of ['operator mara', 'operator ines', 'sign-up page'])
    await recordConsent(house.db, {
      subscriberId: 1,
      kind: 'changed',
      witness: { form },
      now: house.now,
    })

  const all = await countEvents(house.db, { since: new Date('2026-10-01'), limit: 100 })
  const late = await countEvents(house.db, { since: new Date('2026-11-01'), limit: 100 })

  const november = [
    { month: '2026-11', kind: 'changed', form: 'operator', count: 2 },
    { month: '2026-11', kind: 'changed', form: 'sign-up page', count: 1 },
  ]
  expect(late).toEqual(november)
  expect(all).toEqual([
    { month: '2026-10', kind: 'added', form: 'operator', count: 2 },
    ...november,
  ])
})
