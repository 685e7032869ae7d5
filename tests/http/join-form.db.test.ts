import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signFormTime } from '#subscribers/gate/form-time.ts'
import {
  confirmationToken,
  contentsOf,
  openWebHouse,
  subscriberOf,
  type WebHouse,
} from './web-fixture.ts'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
  await sql`
    insert into topic (slug, name, offered)
    values ('council', 'Council', true), ('trade', 'Trade', true), ('draft', 'Draft', false)`.execute(
    house.db,
  )
})
afterEach(async () => house[Symbol.asyncDispose]())

test('topics chosen at once are asked for, confirmed and followed', async () => {
  await house.signUp('new@example.org', [
    ['newsletter', 'daily'],
    ['topic', 'council'],
    ['topic', 'trade'],
  ])
  const path = `/c/${await confirmationToken(house, 'new@example.org')}`

  const page = await (await house.web.request(path)).text()
  await house.post(path)

  expect(page).toContain('Council')
  const { id } = await subscriberOf(house, 'new@example.org')
  const { rows } = await sql<{ line: string }>`
    select t.slug || ' ' || u.cadence as line from subscription u join topic t on t.id = u.topic_id
     where u.subscriber_id = ${id} order by t.slug`.execute(house.db)
  expect(rows.map(({ line }) => line)).toEqual(['council daily', 'trade daily'])
  const events = await sql<{ line: string }>`
    select e.kind || ' ' || t.slug as line from consent_event e join topic t on t.id = e.topic_id
     order by e.id`.execute(house.db)
  expect(events.rows.map(({ line }) => line)).toEqual([
    'asked council',
    'asked trade',
    'confirmed council',
    'confirmed trade',
  ])
})

test('a form keeps who agreed to which words from where, and never the address', async () => {
  await house.signUp('new@example.org')

  const { rows } = await sql<{ form: string; version: string; hashed: boolean; text: string }>`
    select form, form_version as version, length(network_hash) = 16 as hashed, to_jsonb(e)::text as text
      from consent_event e`.execute(house.db)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ form: 'sign-up page', version: 'sign-up 1', hashed: true })
  expect(rows[0]?.text).not.toContain('@')
})

describe('the language', () => {
  test('of the page is the browser’s, unless the address of the page names one', async () => {
    expect(await pageFor('/', 'fr-CH, de;q=0.8')).toContain('lang="fr-CH"')
    expect(await pageFor('/?lang=ar', 'fr-CH')).toContain('dir="rtl"')
    expect(await pageFor('/?lang=xx', 'it')).toContain('lang="en"')
  })

  test('of the form is the reader’s, and of the link’s page', async () => {
    await house.signUp('new@example.org', [
      ['newsletter', 'daily'],
      ['language', 'de'],
    ])

    expect((await subscriberOf(house, 'new@example.org')).language).toBe('de')
    const path = `/c/${await confirmationToken(house, 'new@example.org')}`
    expect(await pageFor(path, 'fr')).toContain('Ja, schicken Sie mir diese Mails')
  })
})

test('a link to the form chooses newsletters and topics, and offers none that is not offered', async () => {
  const page = await (
    await house.web.request('/?newsletter=breaking&topic=trade&topic=draft')
  ).text()

  const checked = [...page.matchAll(/value="([\w-]+)"\s+checked/g)].map(([, slug]) => slug)
  expect(checked).toEqual(['breaking', 'trade'])
  expect(page).not.toContain('Draft')
})

describe('the gate', () => {
  test('a form sent faster than a person can, or with a forged time, is answered as ever and leaves no row', async () => {
    const seenAt = signFormTime(house.context.secrets, house.now)
    const usual = await (await house.post('/sign-up', wishOf('usual@example.org'))).text()

    const fast = await house.post('/sign-up', [...wishOf('fast@example.org'), ['seenAt', seenAt]])
    const forged = await house.post('/sign-up', [...wishOf('fast@example.org'), ['seenAt', 'x.y']])
    const robot = await house.post('/sign-up', [...wishOf('fast@example.org'), ['website', 'x']])

    expect([await fast.text(), await forged.text(), await robot.text()]).toEqual([
      usual,
      usual,
      usual,
    ])
    expect(await rowsLeft()).toBe(1)
  })

  test('that asks for proof of work gives the form back with its field, and what was typed', async () => {
    await sql`
      insert into sign_up_gate (demanded_at) values (${house.now})
      on conflict (only_row) do update set demanded_at = excluded.demanded_at`.execute(house.db)

    const response = await house.post('/sign-up', wishOf('new@example.org'))
    const page = await response.text()

    expect(response.status).toBe(422)
    expect(page).toContain('data-proof="/sign-up/challenge"')
    expect(page).toContain('name="proof"')
    expect(page).toContain('value="new@example.org"')
    expect(response.headers.get('content-security-policy')).toContain("connect-src 'self'")
    expect(await rowsLeft()).toBe(0)
    const challenge = await (await house.web.request('/sign-up/challenge')).json()
    expect(challenge).toHaveProperty('parameters')
  })

  test('gets no form that was typed wrong', async () => {
    const before = await contentsOf(house)

    const response = await house.post('/sign-up', [['email', 'new@example.org']])

    expect(response.status).toBe(422)
    expect(await response.text()).toContain('Choose at least one of these.')
    expect(await contentsOf(house)).toEqual(before)
  })
})

describe('an address that is probably meant otherwise', () => {
  test('is asked about once, and taken as typed the second time', async () => {
    const doubted = await house.post('/sign-up', wishOf('mara@gmial.com'))
    const page = await doubted.text()
    const left = await rowsLeft()

    const sure = await house.post('/sign-up', [...wishOf('mara@gmial.com'), ['sure', '1']])

    expect([doubted.status, left, sure.status, await rowsLeft()]).toEqual([422, 0, 200, 1])
    expect(page).toContain('value="mara@gmail.com"')
    expect(page).toContain('value="mara@gmial.com"')
  })
})

describe('the snippet', () => {
  test('is told what can be chosen, in its language, by any site and without a cookie', async () => {
    const response = await house.web.request('/sign-up/offer?newsletter=daily&language=de')
    const offer = await response.json()

    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(offer).toMatchObject({
      language: 'de',
      direction: 'ltr',
      newsletters: [{ slug: 'daily', name: 'Morning digest' }],
      topics: [
        { slug: 'council', name: 'Council' },
        { slug: 'trade', name: 'Trade' },
      ],
      words: { button: 'Anmelden' },
    })
  })

  test('is told in words what is to be mended, and nothing of what was typed but its domain', async () => {
    const mend = await house.post('/sign-up/inline', [['email', 'x y@example.org']])
    const choose = await house.post('/sign-up/inline', [['email', 'new@example.org']])
    const doubt = await house.post('/sign-up/inline', wishOf('mara@gmial.com'))

    expect(await mend.json()).toEqual({
      state: 'mend',
      mistakes: { email: expect.stringContaining('There is a space') },
    })
    expect(await choose.json()).toEqual({
      state: 'mend',
      mistakes: { newsletters: 'Choose at least one of these.' },
    })
    expect(await doubt.json()).toMatchObject({ state: 'doubt', address: 'mara@gmail.com' })
    expect(await rowsLeft()).toBe(0)
  })

  test('is served to any site, below 6 kB', async () => {
    const response = await house.web.request('/embed.js')
    const script = await response.text()

    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.length).toBeLessThan(6 * 1024)
    expect(script).not.toMatch(/cookie\s*=|localStorage|innerHTML|eval\(/)
  })
})

function wishOf(email: string): [string, string][] {
  return [
    ['email', email],
    ['newsletter', 'daily'],
  ]
}

async function pageFor(path: string, languages: string): Promise<string> {
  return (await house.web.request(path, { headers: { 'Accept-Language': languages } })).text()
}

async function rowsLeft(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from sign_up`.execute(
    house.db,
  )
  return rows[0]?.count ?? 0
}
