import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addSubscriber } from '#subscribers/sign-up.ts'
import { type House, openHouse } from '../house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

const reader = {
  email: 'reader@example.org',
  newsletters: ['daily'],
  topics: [],
  timeZone: 'Europe/Berlin',
  language: 'en',
  actor: 'ada',
}

test('an operator who vouches makes an active reader, and is named in the proof of consent', async () => {
  const { id } = await addSubscriber(house.context, reader)

  const { rows } = await sql`
    select s.state, s.email, e.kind, e.form from subscriber s join consent_event e on e.subscriber_id = s.id
     where s.id = ${id}`.execute(house.db)
  expect(rows).toEqual([
    { state: 'active', email: 'reader@example.org', kind: 'added', form: 'operator ada' },
  ])
})

test('the same address again, also at once and in capitals, is the same reader', async () => {
  const added = await Promise.all(
    ['reader@example.org', 'Reader@Example.ORG', 'READER@example.org'].map(async (email) =>
      addSubscriber(house.context, { ...reader, email }),
    ),
  )

  expect(new Set(added.map(({ id }) => id)).size).toBe(1)
})

test.each([
  ['left', 'unsubscribed'],
  ['bounced', 'bounced'],
  ['complained', 'complained'],
])('a reader who is %s can only come back alone', async (state, said) => {
  const { id } = await addSubscriber(house.context, reader)
  await sql`update subscriber set state = ${state}::subscriber_state, left_at = ${house.now} where id = ${id}`.execute(
    house.db,
  )

  await expect(addSubscriber(house.context, reader)).rejects.toThrow(
    `this reader is ${said}: only the reader can sign up again`,
  )
})

test('an address on the do-not-mail list is not added, in no spelling', async () => {
  await addSubscriber(house.context, reader)
  await sql`insert into suppression select address_hash, 'complained', ${house.now} from subscriber`.execute(
    house.db,
  )

  await expect(
    addSubscriber(house.context, { ...reader, email: 'READER@example.org' }),
  ).rejects.toThrow('on the do-not-mail list')
})

test.each([
  ['a bad address', { email: 'reader' }, 'email'],
  ['a bad time zone', { timeZone: 'Mars' }, 'timeZone'],
  ['no newsletter', { newsletters: [] }, 'newsletters'],
  ['an unknown newsletter', { newsletters: ['daily', 'nothing'] }, 'newsletters'],
  ['an unknown topic', { topics: ['nothing'] }, 'topics'],
])('%s is refused by its field, and adds nobody', async (_, change, field) => {
  await expect(addSubscriber(house.context, { ...reader, ...change })).rejects.toThrow(
    expect.objectContaining({ name: 'Refusal', field }),
  )

  const { rows } = await sql`select from subscriber`.execute(house.db)
  expect(rows).toEqual([])
})
