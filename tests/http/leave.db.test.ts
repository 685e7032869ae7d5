import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import { leave } from '#subscribers/store.ts'
import { email, type LeaveHouse, openLeaveHouse } from './leave-fixture.ts'
import { choicesOf, readerToken, subscriberOf } from './web-fixture.ts'

let at: LeaveHouse
beforeEach(async () => {
  at = await openLeaveHouse()
})
afterEach(async () => at.house[Symbol.asyncDispose]())

function oneClickForm(): FormData {
  const form = new FormData()
  form.set('List-Unsubscribe', 'One-Click')
  return form
}

const urlencoded: RequestInit = {
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: 'List-Unsubscribe=One-Click',
}

test.each<[string, RequestInit]>([
  ['urlencoded', urlencoded],
  ['multipart', { body: oneClickForm() }],
])(
  'one press in a mail program (RFC 8058, %s) leaves at once: no cookie, no redirect, as often as asked',
  async (_, init) => {
    const { house, link, editionId } = at

    const answers = [
      await house.web.request(link, { method: 'POST', ...init }),
      await house.web.request(link, { method: 'POST', ...init }),
    ]

    expect(answers.map((answer) => answer.status)).toEqual([200, 200])
    for (const { headers } of answers)
      expect([headers.get('location'), headers.get('set-cookie')]).toEqual([null, null])
    expect(await Promise.all(answers.map(async (answer) => answer.text()))).toEqual([
      'Unsubscribed.\n',
      'Unsubscribed.\n',
    ])
    expect(await choicesOf(house, email)).toEqual(['daily'])
    expect(await withdrawals()).toEqual([
      { form: 'one-click', version: null, edition: editionId, newsletter: 'breaking' },
    ])
  },
)

test.each<[string, RequestInit]>([
  ['no body', {}],
  ['JSON', { headers: { 'Content-Type': 'application/json' }, body: '{"a":' }],
  [
    'a broken multipart body',
    { headers: { 'Content-Type': 'multipart/form-data; boundary=x' }, body: '--y\r\nnothing' },
  ],
  [
    'a type that nobody knows',
    { headers: { 'Content-Type': 'x/y; charset=none' }, body: '\u0000\uFFFD' },
  ],
  ['sixty kilobytes', { headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(60 * 1024) }],
])('a press with %s leaves as well', async (_, init) => {
  const { house, link } = at

  const answer = await house.web.request(link, { method: 'POST', ...init })

  expect(answer.status).toBe(200)
  expect(await choicesOf(house, email)).toEqual(['daily'])
})

test('leaving one newsletter keeps the other, and the reader; and it is nobody else who leaves', async () => {
  const { house, link } = at

  await house.post(link)

  expect(await choicesOf(house, email)).toEqual(['daily'])
  expect((await subscriberOf(house, email)).state).toBe('active')
  expect(await choicesOf(house, 'reader2@example.org')).toEqual(['breaking', 'daily'])
})

test.each([
  ['everything by a link of an edition', () => [`${at.link}/all`]],
  ['everything by a link of a service mail', () => [at.linkOfAll]],
  ['everything after one', () => [at.link, `${at.link}/all`]],
])('who leaves %s has left', async (_, paths) => {
  const { house } = at

  for (const path of paths()) await house.post(path)

  expect(await choicesOf(house, email)).toEqual([])
  expect(await subscriberOf(house, email)).toMatchObject({ state: 'left', leftAt: house.now })
})

test('who leaves the last two newsletters in two requests at once has left', async () => {
  const { house, link } = at
  const { id } = await subscriberOf(house, email)
  const states: unknown[] = []
  for (let round = 0; round < 10; round += 1) {
    await sql`update subscription set cadence = 'daily' where subscriber_id = ${id}`.execute(
      house.db,
    )
    await sql`update subscriber set state = 'active', left_at = null where id = ${id}`.execute(
      house.db,
    )
    const other = await newsletterId('daily')
    await Promise.all([
      house.post(link),
      leave(house.db, { subscriberId: id, newsletterId: other, now: house.now }),
    ])
    states.push((await subscriberOf(house, email)).state)
  }

  expect(states).toEqual(Array.from({ length: 10 }, () => 'left'))
})

test('many presses at once each get their own answer, and each is recorded once', async () => {
  const { house, link } = at
  const other = `/u/${await readerToken(house, { email: 'reader2@example.org', purpose: 'unsubscribe' })}`
  const nobody = `/u/${await readerToken(house, { email, purpose: 'undo' })}`
  const paths = Array.from({ length: 40 }, (__, index) => [link, other, nobody][index % 3] ?? '')

  const answers = await Promise.all(
    paths.map(async (path) => house.web.request(path, { method: 'POST', ...urlencoded })),
  )

  expect(answers.map(({ status }) => status)).toEqual(
    paths.map((path) => (path === nobody ? 404 : 200)),
  )
  expect(await choicesOf(house, email)).toEqual(['daily'])
  expect(await choicesOf(house, 'reader2@example.org')).toEqual([])
  expect(await withdrawals()).toHaveLength(2)
  expect(house.leavings).toHaveLength(2)
})

test('a press that the database refuses takes no other with it', async () => {
  const { house, link } = at
  const other = `/u/${await readerToken(house, { email: 'reader2@example.org', purpose: 'unsubscribe' })}`
  const { id } = await subscriberOf(house, email)
  await sql`
    alter table consent_event add constraint refused check (subscriber_id <> ${sql.lit(id)}) not valid`.execute(
    house.db,
  )

  const answers = await Promise.all(
    [other, other, other, link, other].map(async (path) =>
      house.web.request(path, { method: 'POST', ...urlencoded }),
    ),
  )

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 500, 200])
  expect(await choicesOf(house, 'reader2@example.org')).toEqual([])
  expect(await choicesOf(house, email)).toEqual(['breaking', 'daily'])
})

test('what is kept of a press: the link, the words, and the network as the other forms keep it', async () => {
  const { house, link } = at
  const { id } = await subscriberOf(house, email)
  const env = { incoming: { socket: { remoteAddress: '203.0.113.9' } } }

  await house.web.request(link, { method: 'POST' }, env)
  await recordConsent(house.db, {
    subscriberId: id,
    kind: 'changed',
    witness: { form: 'test', network: '203.0.113.0/24' },
    now: house.now,
  })

  const { rows } = await sql<{ form: string; version: string; token: string; network: Buffer }>`
    select form, form_version as version, token_id as token, network_hash as network
      from consent_event where subscriber_id = ${id} and kind in ('left', 'changed') order by id`.execute(
    house.db,
  )
  expect(rows[0]).toMatchObject({ form: 'unsubscribe page', version: 'leave 1' })
  expect(rows[0]?.token).toMatch(/^[0-9a-f]{16}$/)
  expect(rows[0]?.network).toEqual(rows[1]?.network)
  expect(rows[0]?.network).toHaveLength(16)
})

test('the answer waits for the file of those who left', async () => {
  const { house, link } = at
  const order: string[] = []
  const { promise: noted, resolve: note } = Promise.withResolvers<void>()
  vi.spyOn(house.context.leavings, 'note').mockImplementation(async () => {
    expect(await choicesOf(house, email)).toEqual(['daily'])
    order.push('asked')
    await noted
  })

  const answering = house.post(link).then(() => order.push('answered'))
  await vi.waitFor(() => expect(order).toEqual(['asked']))
  order.push('noted')
  note()
  await answering

  expect(order).toEqual(['asked', 'noted', 'answered'])
})

async function newsletterId(slug: string): Promise<number> {
  const { rows } = await sql<{
    id: number
  }>`select id from newsletter where slug = ${slug}`.execute(at.house.db)
  return rows[0]?.id ?? 0
}

async function withdrawals() {
  const { rows } = await sql<{ form: string; newsletter: string | null }>`
    select e.form, e.form_version as version, e.edition_id as edition, n.slug as newsletter
      from consent_event e left join newsletter n on n.id = e.newsletter_id
     where e.kind = 'left' order by e.id`.execute(at.house.db)
  return rows
}
