import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeSignUps } from '#deliveries/service/take-sign-ups.ts'
import { createToken } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, type Role } from '#operators/operator.ts'
import { hashAddress } from '#secrets.ts'
import { suppress, type SuppressionReason } from '#subscribers/suppression/suppression-store.ts'
import { addReaders } from '../house.ts'
import { type ApiHouse, openApiHouse, withoutUse } from './api-fixture.ts'
import { confirmationToken, contentsOf, serviceMails, subscriberOf } from './web-fixture.ts'

const email = 'new@example.org'
const consent = { source: 'checkout page', date: '2026-05-31' }

let house: ApiHouse
let token: string
beforeEach(async () => {
  house = await openApiHouse()
  token = await tokenOf('shop', 'admin')
})
afterEach(async () => house[Symbol.asyncDispose]())

describe('who is asked', () => {
  test('is sent a confirmation, and what the shop said of them counts once they say yes', async () => {
    await sql`insert into topic (slug, name, offered) values ('trade', 'Trade', true)`.execute(
      house.db,
    )

    const answer = await post({
      email,
      newsletters: ['daily'],
      topics: ['trade'],
      timeZone: 'America/New_York',
      language: 'fr-CA',
      attributes: { plan: 'gold', orders: 7 },
    })
    await takeSignUps(house.context)
    const before = await attributesOf(email)
    await house.post(`/c/${await confirmationToken(house, email)}`)

    expect(answer).toEqual({ status: 202, body: { state: 'asked' } })
    expect(before).toEqual({})
    expect(await attributesOf(email)).toEqual({ plan: 'gold', orders: 7 })
    expect(await serviceMails(house, 'confirmation')).toEqual([email])
    expect(await subscriberOf(house, email)).toMatchObject({
      state: 'active',
      timeZone: 'America/New_York',
      language: 'fr-CA',
    })
    const { rows } = await sql`
      select kind, form, api_token_id is not null as "byToken" from consent_event order by id`.execute(
      house.db,
    )
    expect(rows[0]).toEqual({ kind: 'asked', form: 'api shop', byToken: true })
  })

  test('and is a reader already keeps the row as it is until the yes', async () => {
    await addReaders(house, 1)
    const rowOf = async () => (await sql`select * from subscriber`.execute(house.db)).rows
    const before = await rowOf()

    await post({
      email: 'Reader1@example.org',
      timeZone: 'Asia/Tokyo',
      language: 'fr',
      attributes: { plan: 'none' },
    })
    await takeSignUps(house.context)

    expect(await serviceMails(house, 'confirmation')).toEqual(['reader1@example.org'])
    expect(await rowOf()).toEqual(before)
  })

  test('gets the first newsletter where none is named', async () => {
    await post({ email })
    await takeSignUps(house.context)
    await house.post(`/c/${await confirmationToken(house, email)}`)

    const { rows } = await sql`select newsletter_id as id from subscription`.execute(house.db)
    expect(rows).toEqual([{ id: 1 }])
  })

  test('is answered for in the same way, whatever we know of the address', async () => {
    await addReaders(house, 1)
    await put('blocked', 'blocked@example.org')

    const answers = []
    for (const name of ['new', 'reader1', 'blocked'])
      answers.push(await post({ email: `${name}@example.org` }))
    await takeSignUps(house.context)

    expect(answers).toEqual(answers.map(() => ({ status: 202, body: { state: 'asked' } })))
    expect(await serviceMails(house, 'confirmation')).toEqual([email, 'reader1@example.org'])
  })

  test('is held to one mail a day, however often the shop asks', async () => {
    for (let n = 0; n < 20; n += 1) await post({ email: `New+${n}@example.org` })
    await takeSignUps(house.context)

    expect(await serviceMails(house, 'confirmation')).toHaveLength(1)
  })
})

describe('with stated consent', () => {
  test('a reader is active at once, and the ledger says who vouched for what and when', async () => {
    const answer = await post({
      email,
      newsletters: ['daily'],
      consent,
      attributes: { plan: 'gold' },
    })

    expect(answer).toEqual({ status: 201, body: { state: 'active', reader: 1 } })
    expect(await subscriberOf(house, email)).toMatchObject({ state: 'active' })
    const { rows } = await sql`
      select e.kind, e.form, e.form_version as source, e.stated_at as at, o.name, e.api_token_id is not null as "byToken"
        from consent_event e join operator o on o.id = e.operator_id`.execute(house.db)
    expect(rows).toEqual([
      {
        kind: 'added',
        form: 'api shop',
        source: 'checkout page',
        at: new Date('2026-05-31'),
        name: 'shop',
        byToken: true,
      },
    ])
    const [event] = await listAudit(house.context, 1)
    expect(event).toMatchObject({ actor: 'shop', verb: 'add reader', subject: 'subscriber 1' })
    expect(JSON.stringify(event)).not.toContain('@')
    expect(await serviceMails(house, 'confirmation')).toEqual([])
  })

  test.each(['left', 'bounced', 'complained', 'asked', 'blocked'] as const)(
    'an address that is on the do-not-mail list as %s is refused, and the caller is told',
    async (reason) => {
      await put(reason, email)

      const answer = await post({ email, consent })

      expect(answer).toEqual({
        status: 422,
        body: { error: { message: 'this address is on the do-not-mail list', field: 'email' } },
      })
      expect(await house.rowsOf('subscriber')).toBe(0)
    },
  )

  test('a reader who unsubscribed is refused, and the caller is told', async () => {
    await addReaders(house, 1)
    await sql`update subscriber set state = 'left', left_at = ${house.now}`.execute(house.db)

    const { status, body } = await post({ email: 'reader1@example.org', consent })

    expect(status).toBe(422)
    expect(JSON.stringify(body)).toContain('this reader is unsubscribed')
  })

  test('vouching takes the role that may add readers', async () => {
    const viewer = await tokenOf('guest', 'viewer')

    const answer = await post({ email, consent }, viewer)

    expect(answer.status).toBe(403)
    expect(await house.rowsOf('subscriber')).toBe(0)
  })
})

test.each([
  ['no address', { newsletters: ['daily'] }, 'email'],
  ['a bad address', { email: 'new' }, 'email'],
  ['an address that is no text', { email: 7 }, 'email'],
  ['an unknown newsletter', { email, newsletters: ['nothing'] }, 'newsletters'],
  ['no newsletter at all', { email, newsletters: [] }, 'newsletters'],
  ['an unknown topic', { email, topics: ['nothing'] }, 'topics'],
  ['an unknown time zone', { email, timeZone: 'Mars' }, 'timeZone'],
  ['an unknown language tag', { email, language: 'x_y' }, 'language'],
  ['an attribute that is a list', { email, attributes: { plan: [1] } }, 'attributes.plan'],
  ['attributes that are a list', { email, attributes: [] }, 'attributes'],
  ['consent of nowhere', { email, consent: { date: '2026-05-31' } }, 'consent.source'],
  [
    'consent with an address in it',
    { email, consent: { ...consent, source: 'a@b.example' } },
    'consent.source',
  ],
  ['consent of no day', { email, consent: { ...consent, date: '31.5.2026' } }, 'consent.date'],
  ['consent of tomorrow', { email, consent: { ...consent, date: '2026-11-23' } }, 'consent.date'],
])('%s is refused by its field, and changes nothing', async (_, body, field) => {
  const before = withoutUse(await contentsOf(house))

  const answer = await post(body)

  expect(answer).toMatchObject({ status: 422, body: { error: { field } } })
  expect(withoutUse(await contentsOf(house))).toEqual(before)
})

test('a field that is not known is an error that names it', async () => {
  const answer = await post({ email, newsletter: 'daily' })

  expect(answer.status).toBe(422)
  expect(JSON.stringify(answer.body)).toContain('newsletter')
  expect(JSON.stringify((await post({ email, consent: { ...consent, by: 'x' } })).body)).toContain(
    'by',
  )
})

test.each([
  ['without a token', 401, ''],
  ['with a token for articles', 403, undefined],
])('%s nobody is asked', async (_, status, bearer) => {
  const answer = await post({ email }, bearer ?? house.token)

  expect(answer.status).toBe(status)
  expect(await house.rowsOf('sign_up')).toBe(0)
})

async function tokenOf(name: string, role: Role): Promise<string> {
  const operator = await addOperator(house.context, { name, role })
  return createToken(house.context, { operator, name: 'api', scopes: ['subscribers:write'] })
}

async function post(body: object, bearer = token) {
  const response = await house.web.request('/api/v1/subscribers', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  return { status: response.status, body: answer }
}

async function put(reason: SuppressionReason, address: string): Promise<void> {
  const addressHash = hashAddress(house.context.secrets, address)
  await suppress(house.db, { rows: [{ addressHash, reason }], now: house.now })
}

async function attributesOf(address: string): Promise<unknown> {
  const { rows } = await sql<{ attributes: unknown }>`
    select attributes from subscriber where email = ${address}`.execute(house.db)
  return rows[0]?.attributes
}
