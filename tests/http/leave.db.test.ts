import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders } from '../house.ts'
import { claimWalk, lockDrain } from '#deliveries/claim-store.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { draftAlert } from '#editions/draft-alert.ts'
import { getEdition } from '#editions/store.ts'
import { addOperator } from '#operators/operator.ts'
import {
  choicesOf,
  confirmationToken,
  contentsOf,
  openWebHouse,
  readerToken,
  subscriberOf,
  undoOf,
  type WebHouse,
} from './web-fixture.ts'

const HOUR = 3_600_000
const email = 'reader1@example.org'

let house: WebHouse
/** Of the reader's mail of an alert: it leaves the alerts. */
let link: string
/** Of a service mail: it leaves everything. */
let linkOfAll: string
let editionId: number
beforeEach(async () => {
  house = await openWebHouse()
  await addReaders(house, 2)
  const { articleId } = await ingestArticle(house.context, {
    headline: 'Harbour bridge closed',
    breaking: true,
  })
  editionId = (await draftAlert(house.context, { articleId, operatorId: null })).editionId
  link = `/u/${await readerToken(house, { email, purpose: 'unsubscribe', reference: editionId })}`
  linkOfAll = `/u/${await readerToken(house, { email, purpose: 'unsubscribe' })}`
})
afterEach(async () => house[Symbol.asyncDispose]())

const oneClick: [string, RequestInit][] = [
  [
    'urlencoded',
    {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    },
  ],
  ['multipart', { body: oneClickForm() }],
]

test.each(oneClick)(
  'one press in a mail program (RFC 8058, %s) leaves at once: no cookie, no redirect, as often as asked',
  async (_, init) => {
    const answers = [
      await house.web.request(link, { method: 'POST', ...init }),
      await house.web.request(link, { method: 'POST', ...init }),
    ]

    expect(answers.map((answer) => answer.status)).toEqual([200, 200])
    expect(
      answers.map((answer) => [answer.headers.get('location'), answer.headers.get('set-cookie')]),
    ).toEqual([
      [null, null],
      [null, null],
    ])
    expect(await choicesOf(house, email)).toEqual(['daily'])
    expect(await leavings()).toEqual([
      { form: 'one-click', edition: editionId, newsletter: 'breaking' },
    ])
  },
)

test('who pressed after the edition was planned is left out by the next claim', async () => {
  const operator = await addOperator(house.context, { name: 'desk', role: 'publisher' })
  const { contentHash } = await getEdition(house.db, editionId)
  await approveEdition(house.context, { editionId, contentHash, operatorId: operator.id })
  await sendEdition(house.context, { editionId, rule: 'now' })

  await house.web.request(link, { method: 'POST' })

  const input = {
    kinds: ['alert' as const],
    senderId: 1,
    test: true,
    limit: 10,
    leaseMs: 60_000,
    now: house.now,
    avoid: [],
  }
  const drain = await lockDrain(house.db, input)
  if (drain === undefined) throw new Error('there is nothing to send')
  const { claimed, excludedBy } = await claimWalk(house.db, {
    walk: drain,
    input,
  })
  expect(claimed.map((row) => row.email)).toEqual(['reader2@example.org'])
  expect(excludedBy).toEqual({ left: 1 })
})

test('a press without any body counts as well', async () => {
  const response = await house.web.request(link, { method: 'POST' })

  expect(response.status).toBe(200)
  expect(await choicesOf(house, email)).toEqual(['daily'])
})

test('leaving one newsletter keeps the other, and the reader; and it is nobody else who leaves', async () => {
  await house.post(link)

  expect(await choicesOf(house, email)).toEqual(['daily'])
  expect((await subscriberOf(house, email)).state).toBe('active')
  expect(await choicesOf(house, 'reader2@example.org')).toEqual(['breaking', 'daily'])
})

test.each([
  ['everything by a link of an edition', async () => house.post(`${link}/all`)],
  ['everything by a link of a service mail', async () => house.post(linkOfAll)],
  ['one after the other', async () => [await house.post(link), await savePreferences([])]],
])('who leaves %s has left', async (_, leave) => {
  await leave()

  expect(await choicesOf(house, email)).toEqual([])
  expect(await subscriberOf(house, email)).toMatchObject({ state: 'left', leftAt: house.now })
})

test('who leaves the last two newsletters in two requests at once has left', async () => {
  const { id } = await subscriberOf(house, email)
  const states = []
  for (let round = 0; round < 10; round += 1) {
    await savePreferences(['daily', 'breaking'])
    const answers = await Promise.all([house.post(link), savePreferences(['breaking'])])
    const { rows } = await sql<{ fits: boolean }>`
      select (state = 'left') = not exists (select from subscription
                                             where subscriber_id = ${id} and cadence <> 'off') as fits
        from subscriber where id = ${id}`.execute(house.db)
    states.push([answers.map((answer) => answer.status), rows[0]?.fits])
  }

  expect(states).toEqual(Array.from({ length: 10 }, () => [[200, 200], true]))
})

test('the page asks and names the newsletter; asking changes nothing', async () => {
  const before = await contentsOf(house)

  const response = await house.web.request(link)

  expect(response.status).toBe(200)
  expect(await response.text()).toContain('Turn alerts off')
  expect(await contentsOf(house)).toEqual(before)
})

test('undo brings back what this press took, and only that', async () => {
  await savePreferences(['breaking'])
  house.wait(HOUR)
  const undo = undoOf(await (await house.post(link)).text())
  house.wait(23 * HOUR)

  const response = await house.post(undo)

  expect(response.status).toBe(200)
  expect(await choicesOf(house, email)).toEqual(['breaking'])
  expect((await subscriberOf(house, email)).state).toBe('active')
})

test('undo pressed twice is harmless', async () => {
  const undo = undoOf(await (await house.post(link)).text())
  house.wait(1000)

  const answers = [await house.post(undo), await house.post(undo)]

  expect(answers.map((answer) => answer.status)).toEqual([200, 200])
  expect(await choicesOf(house, email)).toEqual(['breaking', 'daily'])
})

test('undo after a second press of the same button still works', async () => {
  await house.post(link)
  house.wait(HOUR)
  const undo = undoOf(await (await house.post(link)).text())

  await house.post(undo)

  expect(await choicesOf(house, email)).toEqual(['breaking', 'daily'])
})

test('undo works for 24 hours', async () => {
  const undo = undoOf(await (await house.post(linkOfAll)).text())
  house.wait(24 * HOUR + 1)

  const response = await house.post(undo)

  expect(response.status).toBe(410)
  expect((await subscriberOf(house, email)).state).toBe('left')
})

test('an old undo does not bring back who left again since', async () => {
  const undo = undoOf(await (await house.post(link)).text())
  house.wait(HOUR)
  await house.post(undo)
  house.wait(HOUR)
  await house.post(linkOfAll)

  const response = await house.post(undo)

  expect(response.status).toBe(410)
  expect((await subscriberOf(house, email)).state).toBe('left')
})

test('the page of preferences shows no address but a masked one, and saving makes exactly what is ticked come', async () => {
  const page = await (await house.web.request(await preferencesPath())).text()
  const saved = await savePreferences(['breaking'])

  expect(page).toContain('r…@example.org')
  expect(page).not.toContain(email)
  expect(saved.status).toBe(200)
  expect(await saved.text()).toContain('Saved')
  expect(await choicesOf(house, email)).toEqual(['breaking'])
})

test('who left and ticks a newsletter again is back', async () => {
  await house.post(linkOfAll)

  await savePreferences(['daily'])

  expect(await choicesOf(house, email)).toEqual(['daily'])
  expect(await subscriberOf(house, email)).toMatchObject({ state: 'active', leftAt: null })
})

test('preferences with newsletters that do not exist turn nothing on', async () => {
  await savePreferences(['daily', 'nothing', "x' or 1=1", 'breaking\u0000'])

  expect(await choicesOf(house, email)).toEqual(['daily'])
})

test('who has not confirmed has no page of preferences, and cannot become a reader by one', async () => {
  await house.signUp('waiting@example.org')
  const path = `/p/${await readerToken(house, { email: 'waiting@example.org', purpose: 'preferences' })}`

  const answers = [await house.web.request(path), await house.post(path, [['newsletter', 'daily']])]

  expect(answers.map((answer) => answer.status)).toEqual([404, 404])
  expect((await subscriberOf(house, 'waiting@example.org')).state).toBe('pending')
})

test('100 rounds of GET, HEAD and OPTIONS on every link of a mail change nothing', async () => {
  await house.signUp('waiting@example.org')
  const paths = [
    `/c/${await confirmationToken(house, 'waiting@example.org')}`,
    `/n/${await confirmationToken(house, 'waiting@example.org', 'notMe')}`,
    link,
    `${link}/all`,
    linkOfAll,
    await preferencesPath(),
    `/e/${await readerToken(house, { email, purpose: 'webView', reference: editionId })}`,
    `/s/${await readerToken(house, { email, purpose: 'muteStory', reference: editionId })}`,
    `/undo/${await readerToken(house, { email, purpose: 'undo', reference: house.now.getTime() })}`,
    '/sign-up?email=x%40example.org&newsletter=daily',
  ]
  const before = await contentsOf(house)
  const jobs = house.jobs.length

  const statuses = new Set<number>()
  for (let round = 0; round < 100; round += 1) {
    const method = ['GET', 'HEAD', 'OPTIONS'][round % 3] ?? 'GET'
    const answers = await Promise.all(
      paths.map(async (path) => house.web.request(path, { method })),
    )
    for (const answer of answers) statuses.add(answer.status)
  }

  expect(await contentsOf(house)).toEqual(before)
  expect(house.jobs).toHaveLength(jobs)
  expect(statuses).toEqual(new Set([200, 404]))
})

async function preferencesPath(): Promise<string> {
  return `/p/${await readerToken(house, { email, purpose: 'preferences' })}`
}

async function savePreferences(slugs: string[]): Promise<Response> {
  return house.post(
    await preferencesPath(),
    slugs.map((slug) => ['newsletter', slug]),
  )
}

async function leavings() {
  const { rows } = await sql`
    select e.form, e.edition_id as edition, n.slug as newsletter
      from consent_event e left join newsletter n on n.id = e.newsletter_id
     where e.kind = 'left' order by e.id`.execute(house.db)
  return rows
}

function oneClickForm(): FormData {
  const form = new FormData()
  form.set('List-Unsubscribe', 'One-Click')
  return form
}
