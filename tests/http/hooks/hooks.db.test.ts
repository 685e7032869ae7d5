import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hookRoutes } from '#http/hooks/routes.ts'
import { sealLocalPart } from '#subscribers/tokens.ts'
import { claim } from '../../deliveries/claim-fixture.ts'
import { releaseAlert, releaseDigest } from '../../deliveries/send-fixture.ts'
import { settleRows } from '../../deliveries/settled-fixture.ts'
import { addReaders } from '../../house.ts'
import { contentsOf, openWebHouse, subscriberOf, webOf, type WebHouse } from '../web-fixture.ts'
import {
  basic,
  certificate,
  type Headers,
  HOOK_ENV,
  mailgunBody,
  NOW,
  POSTMARK_PASSWORD,
  returnedRows,
  sendgridHeaders,
  signedSns,
  snsMessage,
} from './hook-fixture.ts'

let house: WebHouse
/** Of the first reader's mail of yesterday's digest. */
let token: string
let editionId: number
beforeEach(async () => {
  house = await openWebHouse({ env: HOOK_ENV })
  await addReaders(house, 3)
  editionId = await releaseDigest(house)
  await settleRows(house, editionId)
  await releaseAlert(house)
  token = await tokenOf('reader1@example.org')
})
afterEach(async () => house[Symbol.asyncDispose]())

/** The alert that waits for all three. */
const claimAlert = async () => claim(house, { lane: 'alert', kinds: ['alert'] })

async function tokenOf(email: string): Promise<string> {
  const { publicId } = await subscriberOf(house, email)
  const about = { publicId, reference: editionId, addressVersion: 1 }
  return sealLocalPart(house.context.secrets, 'bounce', about)
}

type Hook = { path: string; body: string; headers?: Headers }

/** What each provider sends when the first reader said "this is spam". */

const complaints = {
  ses: () => ({
    path: '/ses',
    body: signedSns(
      snsMessage({
        eventType: 'Complaint',
        mail: { messageId: '0102', source: `b-${token}@bounce.courier.example` },
        complaint: { feedbackId: 'f1', timestamp: NOW.toISOString() },
      }),
    ),
  }),
  sendgrid: () => {
    const body = JSON.stringify([
      { event: 'spamreport', sg_event_id: 'e1', timestamp: NOW.getTime() / 1000, daybreak: token },
    ])
    return { path: '/sendgrid', body, headers: sendgridHeaders(body) }
  },
  mailgun: () => ({
    path: '/mailgun',
    body: mailgunBody({ event: 'complained', id: 'e1', 'user-variables': { daybreak: token } }),
  }),
  postmark: () => ({
    path: '/postmark',
    body: JSON.stringify({
      RecordType: 'SpamComplaint',
      MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
      Metadata: { daybreak: token },
    }),
    headers: basic('daybreak', POSTMARK_PASSWORD),
  }),
} satisfies Record<string, () => Hook>
const names = Object.keys(complaints) as (keyof typeof complaints)[]

const hooks = () =>
  hookRoutes(house.context, {
    fetchCertificate: async () => certificate.cert,
    visit: async () => undefined,
  })
const send = async ({ path, body, headers = {} }: Hook) =>
  hooks().request(path, { method: 'POST', body, headers })

test.each(names)(
  'a complaint in the webhook of %s is honoured by the very next claim',
  async (name) => {
    const { id } = await subscriberOf(house, 'reader1@example.org')

    const answer = await send(complaints[name]())

    const rows = await claimAlert()
    expect(answer.status).toBe(200)
    expect(rows?.map(({ subscriberId }) => subscriberId)).not.toContain(id)
    expect(rows).toHaveLength(2)
    expect(await returnedRows(house)).toMatchObject([
      { channel: name, kind: 'complaint', subscriberId: id },
    ])
  },
)

test.each(names)('a replayed webhook of %s changes nothing', async (name) => {
  const hook = complaints[name]()
  await send(hook)
  const before = await contentsOf(house)
  const told = house.leavings.length

  const again = await send(hook)

  expect(again.status).toBe(200)
  expect(await contentsOf(house)).toEqual(before)
  expect(house.leavings).toHaveLength(told)
})

test('nobody is named by an address: an event without a token or a known id changes no reader', async () => {
  const body = JSON.stringify([
    { event: 'spamreport', sg_event_id: 'e1', email: 'reader1@example.org' },
    {
      event: 'spamreport',
      sg_event_id: 'e2',
      email: 'reader1@example.org',
      daybreak: 'a'.repeat(56),
    },
  ])

  const answer = await send({ path: '/sendgrid', body, headers: sendgridHeaders(body) })

  expect(answer.status).toBe(200)
  expect(await claimAlert()).toHaveLength(3)
})

test('the provider’s id of the mail stands in for a token, together with the reader that it was sent to', async () => {
  await sql`update delivery set relay_id = '14c5d75ce93.dfd' where edition_id = ${editionId}`.execute(
    house.db,
  )
  const complaint = { event: 'spamreport', sg_message_id: '14c5d75ce93.dfd.recvd-5f54-6.0' }
  const body = JSON.stringify([
    { ...complaint, sg_event_id: 'e1', email: 'Reader2@example.org' },
    { ...complaint, sg_event_id: 'e2', email: 'reader3@example.org', sg_message_id: 'another' },
  ])
  const { id } = await subscriberOf(house, 'reader2@example.org')

  await send({ path: '/sendgrid', body, headers: sendgridHeaders(body) })

  const rows = await claimAlert()
  expect(rows).toHaveLength(2)
  expect(rows?.map(({ subscriberId }) => subscriberId)).not.toContain(id)
})

test('the routes are part of the web: a complaint of Postmark is taken there', async () => {
  const { path, body, headers } = complaints.postmark()

  const answer = await house.web.request(`/hooks${path}`, { method: 'POST', body, headers })

  expect(answer.status).toBe(200)
  expect(await claimAlert()).toHaveLength(2)
})

test('what is not believed changes nothing, is answered by one sentence, and logged once a minute', async () => {
  const before = await contentsOf(house)
  const web = webOf(house)
  const ask = async () =>
    web.request('/hooks/postmark', {
      method: 'POST',
      body: complaints.postmark().body,
      headers: basic('daybreak', 'a stranger’s word'),
    })

  const answers = [await ask(), await ask(), await ask()]
  house.wait(61_000)
  await ask()

  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403])
  expect(await answers[0]?.json()).toEqual({
    error: { message: 'the password is not the one in POSTMARK_WEBHOOK_PASSWORD' },
  })
  const lines = house.lines.filter((line) => line.includes('not believed'))
  expect(lines.map((line) => (JSON.parse(line) as { sinceLast: number }).sinceLast)).toEqual([0, 2])
  expect(lines.join()).not.toContain(token)
  expect(await contentsOf(house)).toEqual(before)
})

test('a provider that nobody set up is not there', async () => {
  await using bare = await openWebHouse()

  const answers = await Promise.all(
    ['ses', 'sendgrid', 'mailgun', 'postmark', 'other'].map(async (name) =>
      bare.web.request(`/hooks/${name}`, { method: 'POST', body: '{}' }),
    ),
  )

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
})

test('a body that is no JSON is 400, one over 1 MB is 413, and neither is read further', async () => {
  const headers = basic('daybreak', POSTMARK_PASSWORD)

  const broken = await send({ path: '/postmark', body: '{', headers })
  const large = await send({ path: '/postmark', body: `"${'a'.repeat(1024 * 1024)}"`, headers })

  expect([broken.status, large.status]).toEqual([400, 413])
})

test.each(['sendgrid', 'mailgun', 'postmark'] as const)(
  'while the database is away %s is asked to send it again, and is believed when it does, however late',
  async (name) => {
    const routes = hooks()
    const hook = complaints[name]()
    const ask = async ({ path, body, headers = {} }: Hook) =>
      (await routes.request(path, { method: 'POST', body, headers })).status
    await sql`alter table returned rename to returned_away`.execute(house.db)
    const away = await ask(hook)
    await sql`alter table returned_away rename to returned`.execute(house.db)
    house.wait(600_000)

    const back = await ask(hook)

    expect([away, back]).toEqual([503, 200])
    expect(await claimAlert()).toHaveLength(2)
  },
)

test('what is signed long ago is not believed because the database was away', async () => {
  const routes = hooks()
  const { path, body } = complaints.mailgun()
  house.wait(600_000)
  await sql`alter table webhook_nonce rename to nonce_away`.execute(house.db)
  const away = await routes.request(path, { method: 'POST', body })
  await sql`alter table nonce_away rename to webhook_nonce`.execute(house.db)

  const back = await routes.request(path, { method: 'POST', body })

  expect([away.status, back.status]).toEqual([503, 403])
})
