import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eraseAgain, eraseSubscriber } from '#subscribers/erasure/erase.ts'
import { countEvents } from '#subscribers/consent/event-store.ts'
import { suppress } from '#subscribers/suppression/suppression-store.ts'
import { accountOf } from '../../deliveries/returns-fixture.ts'
import {
  EMAIL,
  hashOf,
  type Life,
  NEW_EMAIL,
  openLife,
  OTHER_EMAIL,
  placesOf,
  placesOfReader,
  WITNESS,
} from './life-fixture.ts'

let life: Life
beforeEach(async () => {
  life = await openLife()
})
afterEach(async () => {
  await life.desk[Symbol.asyncDispose]()
  await life[Symbol.asyncDispose]()
})

const about = { subscriberId: 1, witness: WITNESS }

test('after an erasure no table and no log leads to the person, but a code on the do-not-mail list', async () => {
  const before = await placesOf(life, EMAIL)
  const { rows: old } = await sql<{ publicId: number }>`
    select public_id as "publicId" from subscriber where id = 1`.execute(life.db)

  const erased = await eraseSubscriber(life.context, about)

  expect(erased).toBe(true)
  expect(before.length).toBeGreaterThan(6)
  expect(await placesOf(life, EMAIL)).toEqual([])
  expect(await placesOf(life, 'harbour town')).toEqual([])
  expect(await placesOf(life, OTHER_EMAIL)).toEqual([])
  expect(await placesOf(life, hashOf(life).toString('hex'))).toEqual(['suppression: address_hash'])
  const { rows } = await sql`
    select state, email, address_hash, domain, time_zone, language, digest_time, attributes from subscriber where id = 1`.execute(
    life.db,
  )
  expect(rows).toEqual([
    {
      state: 'erased',
      email: null,
      address_hash: null,
      domain: null,
      time_zone: 'UTC',
      language: 'und',
      digest_time: null,
      attributes: {},
    },
  ])
  expect(await placesOf(life, String(old[0]?.publicId))).toEqual([])
  expect(life.lines.join('\n').toLowerCase()).not.toContain('reader1@')
  expect(life.leavings.at(-1)).toMatchObject({ kind: 'erased', addressHash: hashOf(life) })
})

test('an address that a form asked and that never said yes gains no new tries, and leads to nobody', async () => {
  await eraseSubscriber(life.context, about)

  const code = hashOf(life, NEW_EMAIL).toString('hex')
  expect(await placesOf(life, NEW_EMAIL)).toEqual([])
  expect(await placesOf(life, code)).toEqual(['service_mail: limit_hash'])
  const { rows } = await sql`
    select kind, subscriber_id as reader, recipient from service_mail where limit_hash is not null`.execute(
    life.db,
  )
  expect(rows).toEqual([{ kind: 'address change', reader: null, recipient: '' }])
})

test('a confirmation that was followed by a yes yesterday is not counted against the person any more', async () => {
  const limitHash = hashOf(life)
  await sql`
    insert into service_mail (kind, subscriber_id, recipient, address_hash, limit_hash, form, test, state, release_at, not_after, outcome_at)
    select 'confirmation', 1, ${EMAIL}, ${limitHash}, ${limitHash}, min(content_hash), true, 'accepted', ${life.now}, ${life.now}, ${life.now}
      from service_form`.execute(life.db)
  life.wait(1000)
  await sql`
    insert into consent_event (at, subscriber_id, kind, form) values (${life.now}, 1, 'confirmed', 'link')`.execute(
    life.db,
  )
  life.wait(25 * 3_600_000)

  await eraseSubscriber(life.context, about)

  expect(await placesOf(life, limitHash.toString('hex'))).toEqual(['suppression: address_hash'])
})

test('what is kept by the number of a person goes too, but for what the counts need', async () => {
  await sql`
    update service_mail set payload = payload || '{"attributes": {"city": "Harbour Town"}}' where limit_hash is not null`.execute(
    life.db,
  )

  await eraseSubscriber(life.context, about)

  expect(await placesOfReader(life, 1)).toEqual(['consent_event', 'delivery', 'returned'])
  expect(await placesOf(life, 'harbour town')).toEqual([])
})

test('the counts of editions and of the consent ledger are those of before', async () => {
  const account = await accountOf(life, life.editionId)
  const since = new Date(0)
  const ledger = await countEvents(life.db, { since, limit: 100 })

  await eraseSubscriber(life.context, about)

  expect(await accountOf(life, life.editionId)).toEqual(account)
  const erased = { month: '2026-11', kind: 'erased', form: 'own data', count: 1 }
  expect(await countEvents(life.db, { since, limit: 100 })).toEqual(
    expect.arrayContaining([...ledger, erased]),
  )
  const { rows } = await sql`
    select (select count(*) from subscriber_key where subscriber_id = 1) as keys
         , (select count(*) from consent_event where subscriber_id = 1 and network_hash is not null) as hashes`.execute(
    life.db,
  )
  expect(rows).toEqual([{ keys: 0, hashes: 3 }])
})

test.each([
  ['left', 'erased'],
  ['bounced', 'erased'],
  ['complained', 'complained'],
  ['asked', 'asked'],
  ['blocked', 'blocked'],
] as const)(
  'who is on the do-not-mail list as %s and is erased stands there as %s',
  async (reason, stands) => {
    await suppress(life.db, { rows: [{ addressHash: hashOf(life), reason }], now: life.now })

    await eraseSubscriber(life.context, about)

    const { rows } = await sql`select reason from suppression`.execute(life.db)
    expect(rows).toEqual([{ reason: stands }])
  },
)

test('erasing twice, or nobody, changes nothing', async () => {
  await eraseSubscriber(life.context, about)
  const told = life.leavings.length

  const again = [
    await eraseSubscriber(life.context, about),
    await eraseSubscriber(life.context, { ...about, subscriberId: 99 }),
  ]

  expect(again).toEqual([false, false])
  expect(life.leavings).toHaveLength(told)
})

test('others keep everything', async () => {
  const before = await placesOf(life, 'reader2@example.org')

  await eraseSubscriber(life.context, about)

  expect(await placesOf(life, 'reader2@example.org')).toEqual(before)
  const { rows } = await sql<{ choices: number }>`
    select count(*) as choices from subscription where subscriber_id = 2`.execute(life.db)
  expect(rows[0]?.choices).toBe(3)
})

test('a restored database erases again who was erased, once, and not who signed up again since', async () => {
  const line = { addressHash: hashOf(life), at: life.now, form: 'replayed after a restore' }
  const other = { ...line, addressHash: hashOf(life, 'reader2@example.org') }
  await sql`
    insert into consent_event (at, subscriber_id, kind, form) values (${life.now}, 2, 'lifted', 'link')`.execute(
    life.db,
  )

  const erased = []
  for (const each of [line, line, other]) erased.push(await eraseAgain(life.db, each))

  expect(erased).toEqual([true, false, false])
  expect(await placesOf(life, EMAIL)).toEqual([])
  expect(await placesOf(life, hashOf(life).toString('hex'))).toEqual(['suppression: address_hash'])
})
