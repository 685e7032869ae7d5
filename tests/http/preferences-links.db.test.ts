import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addReaders } from '../house.ts'
import { sealToken } from '#subscribers/tokens.ts'
import {
  addTopics,
  choose,
  chooseDetail,
  chosenIn,
  consentOf,
  email,
  look,
  pathOf,
  rowsOf,
} from './preferences-fixture.ts'
import {
  contentsOf,
  openWebHouse,
  serviceMails,
  subscriberOf,
  type WebHouse,
} from './web-fixture.ts'

const DAY = 86_400_000

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
  await addReaders(house, 1)
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
})

test('a link works for 30 days; then it shows no choice, changes none, and offers a fresh one', async () => {
  const path = await pathOf(house)
  house.wait(30 * DAY)
  const lastDay = await house.web.request(path)
  house.wait(1000)
  const before = await contentsOf(house)

  const seen = await house.web.request(path)
  const page = await seen.text()
  const posts = await Promise.all([
    house.post(path, [['choice', 'nothing']]),
    house.post(`${path}/pause`, [['for', 'week']]),
    house.post(`${path}/link`),
  ])

  expect(lastDay.status).toBe(200)
  expect([seen, ...posts].map(({ status }) => status)).toEqual([410, 410, 410, 410])
  expect(page).toContain(`${path}/fresh`)
  expect(page).not.toMatch(/name="(choice|form|for)"|Morning digest/)
  expect(await contentsOf(house)).toEqual(before)
})

test('a fresh link goes to the reader’s own address, and asking again is answered the same', async () => {
  const path = await pathOf(house)
  house.wait(31 * DAY)

  const answers = [await house.post(`${path}/fresh`), await house.post(`${path}/fresh`)]
  const pages = await Promise.all(answers.map(async (answer) => answer.text()))

  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(pages[0]).toBe(pages[1])
  expect(pages[0]).toContain('r…@example.org')
  expect(await serviceMails(house, 'link')).toEqual([email])
})

test('a link of before links had a time is old, as long as the address is the first', async () => {
  const { publicId } = await subscriberOf(house, email)
  const path = `/p/${sealToken(house.context.secrets, 'preferences', { publicId, reference: 0, addressVersion: 0 })}`

  const first = await house.web.request(path)
  await sql`update subscriber set address_version = 2`.execute(house.db)
  const later = await house.web.request(path)

  expect([first.status, later.status]).toEqual([410, 404])
})

test('a link that went to a former address is unknown', async () => {
  const path = await pathOf(house)
  await sql`update subscriber set address_version = address_version + 1`.execute(house.db)
  const before = await contentsOf(house)

  const answers = [
    await house.web.request(path),
    await house.post(path, [['choice', 'nothing']]),
    await house.post(`${path}/fresh`),
    await house.post(`${path}/link`),
  ]

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  expect(await contentsOf(house)).toEqual(before)
})

test.each(['unsubscribe', 'confirm', 'webView', 'ownData', 'undo'] as const)(
  'a link of the purpose "%s" opens no choices',
  async (purpose) => {
    const { publicId } = await subscriberOf(house, email)
    const reference = Math.floor(house.now.getTime() / 1000)
    const token = sealToken(house.context.secrets, purpose, {
      publicId,
      reference,
      addressVersion: 1,
    })

    const answers = [
      await house.web.request(`/p/${token}`),
      await house.post(`/p/${token}`, [['choice', 'nothing']]),
    ]

    expect(answers.map(({ status }) => status)).toEqual([404, 404])
    expect(await rowsOf(house)).toEqual(['breaking instant', 'daily daily'])
  },
)

test('the way to the reader’s data is mailed to the reader, and not shown', async () => {
  const seen = await choose(house, { to: '/link', fields: {} })

  expect(seen.next).toMatch(/\?done=link#status$/)
  expect(seen.document.querySelector('#status')?.textContent).toBe(
    'A link is on its way to r…@example.org.',
  )
  expect(await serviceMails(house, 'link')).toEqual([email])
})

test.each([
  [{ choice: 'everything' }, 'choice'],
  [{ choice: '' }, 'choice'],
  [{}, 'choice'],
  [{ fewer: 'all' }, 'choice'],
  [{ form: 'detail', 'newsletter-daily': 'hourly' }, 'newsletter-daily'],
  [{ form: 'detail', 'newsletter-daily': 'instant' }, 'newsletter-daily'],
  [{ form: 'detail', 'newsletter-breaking': 'weekly' }, 'newsletter-breaking'],
  [{ form: 'detail', 'topic-trade': 'now' }, 'topic-trade'],
  [{ form: 'detail', hour: '05:00' }, 'hour'],
  [{ form: 'detail', hour: '07:15' }, 'hour'],
  [{ form: 'detail', hour: '25:00' }, 'hour'],
  [{ form: 'detail', timeZone: 'Europe/Atlantis' }, 'timeZone'],
  [{ form: 'detail', timeZone: '+01:00' }, 'timeZone'],
  [{ form: 'detail', language: 'tlh' }, 'language'],
])('%o is refused beside its field, and nothing of the form is saved', async (fields, field) => {
  await addTopics(house, ['trade'])
  const before = await contentsOf(house)

  const seen = await choose(house, { fields: { 'newsletter-breaking': 'off', ...fields } })
  const invalid = seen.document.querySelector('[aria-invalid="true"]')

  expect(seen.status).toBe(422)
  expect(seen.document.querySelector('[role="alert"]')).not.toBeNull()
  expect(invalid?.getAttribute('name') ?? field).toBe(field)
  expect(invalid?.getAttribute('aria-describedby')).toBeTruthy()
  expect(await contentsOf(house)).toEqual(before)
})

test.each([
  { form: 'detail', 'newsletter-nosuch': 'daily' },
  { form: 'detail', 'topic-nosuch': 'daily' },
  { form: 'detail', 'newsletter-__proto__': 'daily' },
  { form: 'detail', 'newsletter-daily': '<script>alert(1)</script>' },
  { form: 'detail', timeZone: '<img src=x>' },
])('what is not there is refused, and text from outside is not shown: %o', async (fields) => {
  const before = await contentsOf(house)

  const seen = await choose(house, { fields })

  expect(seen.status).toBe(422)
  expect(seen.markup).not.toMatch(/<img|<script>/)
  expect(await contentsOf(house)).toEqual(before)
})

test.each([
  { for: 'ever' },
  { for: 'day' },
  { for: 'day', until: '2026-11-22' },
  { for: 'day', until: '2027-11-23' },
  { for: 'day', until: '2026-02-30' },
  { for: 'day', until: 'tomorrow' },
  { for: 'day', until: '2026-11-25T00:00' },
])('a pause of %o is refused with the days that there are', async (fields) => {
  const before = await contentsOf(house)

  const seen = await choose(house, { to: '/pause', fields })

  expect(seen.status).toBe(422)
  expect(seen.document.querySelector('#until-error')?.textContent).toBe(
    'Give a day from 23 November 2026 to 22 November 2027.',
  )
  expect(seen.document.querySelector('details[open]')).not.toBeNull()
  expect(await contentsOf(house)).toEqual(before)
})

test('a field that came twice, a file and a body that is no form are refused', async () => {
  const path = await pathOf(house)
  const before = await contentsOf(house)
  const files = new FormData()
  files.set('choice', new File(['nothing'], 'choice.txt'))

  const answers = [
    await house.post(path, [
      ['choice', 'nothing'],
      ['choice', 'morning'],
    ]),
    await house.web.request(path, { method: 'POST', body: files }),
    await house.web.request(path, { method: 'POST', body: '{"choice":"nothing"}' }),
    await house.web.request(path, { method: 'POST' }),
  ]

  expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422])
  expect(await contentsOf(house)).toEqual(before)
})

test.each(['complained', 'bounced', 'asked', 'blocked'])(
  'an address on the do-not-mail list as "%s" is told to sign up again, and no choice brings mails back',
  async (reason) => {
    await choose(house, { fields: { choice: 'nothing' } })
    await sql`
      insert into suppression (address_hash, reason, at) select address_hash, ${reason}, ${house.now} from subscriber`.execute(
      house.db,
    )
    const before = await contentsOf(house)

    const seen = await choose(house, { fields: { choice: 'morning' } })

    expect(seen.markup).toContain('sign up once more')
    expect(seen.markup).not.toContain('name="choice"')
    expect(await contentsOf(house)).toEqual(before)
  },
)

test('who had only left elsewhere is taken off the do-not-mail list by choosing again', async () => {
  await choose(house, { fields: { choice: 'nothing' } })
  await sql`
    insert into suppression (address_hash, reason, at) select address_hash, 'left', ${house.now} from subscriber`.execute(
    house.db,
  )

  await choose(house, { fields: { choice: 'morning' } })
  const { rows } = await sql`select 1 from suppression`.execute(house.db)

  expect(rows).toEqual([])
  expect((await consentOf(house)).slice(-2)).toEqual(['confirmed daily daily', 'lifted'])
})

test('who has left gets nothing, whatever the rows say, and only what is chosen comes again', async () => {
  await sql`update subscriber set state = 'left', left_at = ${house.now}`.execute(house.db)

  const seen = await look(house)
  await choose(house, { fields: { choice: 'morning' } })

  expect(chosenIn(seen, 'choice')).toBe('nothing')
  expect(await rowsOf(house)).toEqual(['breaking off', 'daily daily'])
  expect((await subscriberOf(house, email)).state).toBe('active')
})

test('who has not confirmed has no page of choices, and cannot become a reader by one', async () => {
  await sql`update subscriber set state = 'pending', confirmed_at = null`.execute(house.db)
  const path = await pathOf(house)

  const answers = [await house.web.request(path), await house.post(path, [['choice', 'morning']])]

  expect(answers.map(({ status }) => status)).toEqual([404, 404])
  expect((await subscriberOf(house, email)).state).toBe('pending')
})

test('a language that we do not speak stays until another is chosen', async () => {
  await sql`update subscriber set language = 'it'`.execute(house.db)

  const seen = await look(house)
  await chooseDetail(house, { language: 'it', hour: '08:00' })

  expect(chosenIn(seen, 'language')).toBe('it')
  expect((await subscriberOf(house, email)).language).toBe('it')
})
