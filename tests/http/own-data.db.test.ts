import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askAddressChange } from '#deliveries/service/address-change.ts'
import { sendFreshPreferences, sendOwnDataLink } from '#deliveries/service/own-data-link.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { addReaders } from '../house.ts'
import {
  contentsOf,
  openWebHouse,
  readerToken,
  subscriberOf,
  type WebHouse,
} from './web-fixture.ts'

const HOUR = 3_600_000
const email = 'reader1@example.org'
const newEmail = 'newhome@example.net'

let house: WebHouse
let token: string
let path: string
beforeEach(async () => {
  house = await openWebHouse()
  await addReaders(house, 2)
  token = await mailedToken('ownData')
  path = `/me/${token}`
})
afterEach(async () => house[Symbol.asyncDispose]())

/** The token of the newest mail that carries such a link. */
async function mailedToken(purpose: 'ownData' | 'addressChange'): Promise<string> {
  if (purpose === 'ownData') await sendOwnDataLink(house.context, { subscriberId: 1 })
  else
    await askAddressChange(house.context, {
      subscriberId: 1,
      address: normaliseAddress(newEmail),
      witness: { form: 'test' },
    })
  const { rows } = await sql<{ id: number; publicId: number }>`
    select m.id, s.public_id as "publicId" from service_mail m join subscriber s on s.id = m.subscriber_id
     where m.kind = ${purpose === 'ownData' ? 'link' : 'address change'} and not m.payload ? 'note'
     order by m.id desc limit 1`.execute(house.db)
  const { id = 0, publicId = 0 } = rows[0] ?? {}
  return sealToken(house.context.secrets, purpose, { publicId, reference: id, addressVersion: 0 })
}

async function textOf(answer: Response | Promise<Response>): Promise<string> {
  return (await answer).text()
}

test('the page shows whose data it is by a masked address, and offers three verbs', async () => {
  const answer = await house.web.request(path)
  const page = await answer.text()

  expect(answer.status).toBe(200)
  expect(page).toContain('r…@example.org')
  expect(page).not.toContain(email)
  for (const verb of ['download', 'address', 'erase']) expect(page).toContain(`${path}/${verb}"`)
})

test('looking at every page of it changes nothing', async () => {
  const change = await mailedToken('addressChange')
  const before = await contentsOf(house)

  const statuses = []
  for (const each of [path, `${path}/address`, `${path}/erase`, `${path}/download`, `/a/${change}`])
    for (const method of ['GET', 'HEAD'])
      statuses.push((await house.web.request(each, { method })).status)

  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 404, 404, 200, 200])
  expect(await contentsOf(house)).toEqual(before)
})

test('the file holds what the database holds, with its meaning beside it, in the reader’s language', async () => {
  await sql`update subscriber set language = 'de', attributes = '{"city": "Harbour Town"}' where id = 1`.execute(
    house.db,
  )

  const answer = await house.post(`${path}/download`)
  const file = JSON.parse(await answer.text()) as Record<string, unknown>

  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toBe(
    'attachment; filename="my-data-2026-11-22.json"',
  )
  expect(file).toMatchObject({
    reader: { email, language: 'de', attributes: { city: 'Harbour Town' } },
    choices: [{ cadence: 'daily' }, { cadence: 'instant' }],
    consent: [
      { kind: 'added', inWords: expect.stringContaining('Von der Redaktion eingetragen') },
      {},
    ],
    otherMails: [{ kind: 'link', to: email, inWords: 'wartet' }],
    doNotMailList: null,
  })
  expect(JSON.stringify(file)).not.toContain('reader2@')
})

test('a link works for an hour; later the page offers to mail a fresh one, and says the same whether one was due', async () => {
  house.wait(HOUR + 1)
  const late = [
    await house.web.request(path),
    await house.post(`${path}/download`),
    await house.post(`${path}/erase`),
    await house.post(`${path}/address`, [['email', newEmail]]),
  ]
  const fresh = [await house.post(`${path}/fresh`), await house.post(`${path}/fresh`)]

  expect(late.map(({ status }) => status)).toEqual([410, 410, 410, 410])
  expect(await late[0]?.text()).toContain(`action="${path}/fresh"`)
  const pages = await Promise.all(fresh.map(textOf))
  expect(pages[0]).toBe(pages[1])
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from service_mail where kind = 'link'`.execute(house.db)
  expect(rows[0]?.count).toBe(2)
  expect((await subscriberOf(house, email)).state).toBe('active')
})

test('a link that was mailed to an address that the reader has no more opens nothing', async () => {
  await sql`update subscriber set email = ${newEmail}, address_hash = sha256('new'), address_version = 2 where id = 1`.execute(
    house.db,
  )

  const answer = await house.web.request(path)

  expect(answer.status).toBe(410)
})

test('no link of another purpose, and no preferences link with a number of its own, reaches the danger zone', async () => {
  const tokens = [
    await readerToken(house, { email, purpose: 'preferences', reference: 1 }),
    await readerToken(house, { email, purpose: 'unsubscribe', reference: 1 }),
    'x'.repeat(47),
  ]

  const statuses = []
  for (const other of tokens) {
    statuses.push((await house.web.request(`/me/${other}`)).status)
    statuses.push((await house.post(`/me/${other}/erase`)).status)
    statuses.push((await house.post(`/a/${other}`)).status)
  }
  // Ours, but of no mail, and of a mail that carries another link.
  await sendFreshPreferences(house.context, { subscriberId: 1 })
  const { rows } = await sql<{ id: number }>`
    select id from service_mail where payload ->> 'for' = 'fresh'`.execute(house.db)
  const ours = []
  for (const reference of [999, rows[0]?.id ?? 0]) {
    const made = await readerToken(house, { email, purpose: 'ownData', reference })
    ours.push((await house.post(`/me/${made}/erase`)).status)
  }

  expect(new Set(statuses)).toEqual(new Set([404]))
  expect(rows).toHaveLength(1)
  expect(ours).toEqual([410, 410])
  expect((await subscriberOf(house, email)).state).toBe('active')
})

test.each([
  ['no address', 'nobody', 'name@example.org'],
  ['nothing', '', 'name@example.org'],
  ['the address that is known', 'Reader1@Example.org', 'have already'],
  ['a second header', 'a@example.net\r\nBcc: b@example.net', 'name@example.org'],
])('%s is refused beside the field, and kept in it', async (_, typed, sentence) => {
  const answer = await house.post(`${path}/address`, [['email', typed]])
  const page = await answer.text()

  expect(answer.status).toBe(422)
  expect(page).toContain(sentence)
  expect(page).toContain('aria-invalid="true"')
  const { rows } = await sql`select 1 from service_mail where kind = 'address change'`.execute(
    house.db,
  )
  expect(rows).toEqual([])
})

test('the new address is asked, and nothing changes until it says yes', async () => {
  await house.post(`${path}/address`, [['email', newEmail]])
  const asked = (await subscriberOf(house, email)).email
  house.wait(1000)
  const { rows } = await sql<{ id: number; publicId: number }>`
    select m.id, s.public_id as "publicId" from service_mail m join subscriber s on s.id = m.subscriber_id
     where m.recipient = ${newEmail}`.execute(house.db)
  const { id = 0, publicId = 0 } = rows[0] ?? {}
  const about = { publicId, reference: id, addressVersion: 0 }
  const link = `/a/${sealToken(house.context.secrets, 'addressChange', about)}`

  const question = await textOf(house.web.request(link))
  const done = await house.post(link)

  expect(asked).toBe(email)
  expect(question).toContain('n…@example.net')
  expect(await done.text()).toContain('Your mails come to')
  expect((await subscriberOf(house, newEmail)).addressVersion).toBe(2)
  expect(await kinds()).toEqual(['asked by own data', 'address changed by address change'])
})

test('an address where another reader gets mails is not taken over', async () => {
  const answer = await house.post(`${path}/address`, [['email', 'reader2@example.org']])
  const { rows } = await sql<{ id: number }>`
    select id from service_mail where recipient = 'reader2@example.org'`.execute(house.db)
  const link = `/a/${await readerToken(house, { email, purpose: 'addressChange', reference: rows[0]?.id ?? 0 })}`

  const page = await house.web.request(link)
  const pressed = await house.post(link)

  expect(answer.status).toBe(200)
  expect([page.status, pressed.status]).toEqual([409, 409])
  expect((await subscriberOf(house, email)).id).toBe(1)
})

test('the page before erasing says first that there is no undo, and one press erases', async () => {
  const page = await textOf(house.web.request(`${path}/erase`))
  const answer = await house.post(`${path}/erase`)
  const again = await house.post(`${path}/erase`)

  expect(page.indexOf('There is no undo')).toBeGreaterThan(0)
  expect(page.indexOf('There is no undo')).toBeLessThan(page.indexOf('<button'))
  expect([answer.status, again.status]).toEqual([200, 404])
  const { rows } = await sql`select state, email from subscriber where id = 1`.execute(house.db)
  expect(rows).toEqual([{ state: 'erased', email: null }])
  expect(await kinds()).toEqual(['erased by own data'])
})

test('after an erasure an unsubscribe link of an old mail is a plain page, not an error', async () => {
  const link = `/u/${await readerToken(house, { email, purpose: 'unsubscribe' })}`
  await house.post(`${path}/erase`)

  const answers = [await house.web.request(link), await house.post(link)]

  expect(answers.map(({ status }) => status)).toEqual([404, 404])
  expect(await answers[0]?.text()).toContain('<h1>')
})

async function kinds(): Promise<string[]> {
  const { rows } = await sql<{ word: string }>`
    select kind || ' by ' || form as word from consent_event where subscriber_id = 1 and kind <> 'added' order by id`.execute(
    house.db,
  )
  return rows.map(({ word }) => word)
}
