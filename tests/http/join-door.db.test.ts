import { type KyselyPlugin, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeSignUps } from '#deliveries/service/take-sign-ups.ts'
import { hashAddress } from '#secrets.ts'
import { signFormTime } from '#subscribers/gate/form-time.ts'
import { suppress } from '#subscribers/suppression/suppression-store.ts'
import { addReaders } from '../house.ts'
import {
  confirmationToken,
  contentsOf,
  openWebHouse,
  readerToken,
  serviceMails,
  socketFrom,
  subscriberOf,
  type WebHouse,
  webOf,
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

describe('whatever the address', () => {
  const names = ['new', 'waiting', 'reader1', 'reader2', 'refused', 'complained']

  test.each(['/sign-up', '/sign-up/inline'])(
    '%s answers with the same bytes after the same statements',
    async (path) => {
      const addresses = await openAll()
      const { web, statements } = listening(house)
      const answers: { status: number; headers: [string, string][]; body: string }[] = []
      const asked: string[][] = []

      for (const [index, email] of addresses.entries()) {
        const response = await web.request(
          path,
          form([
            ['email', email],
            ['newsletter', 'daily'],
          ]),
          socketFrom(`10.9.${index}.1`),
        )
        answers.push({
          status: response.status,
          headers: [...response.headers],
          body: await response.text(),
        })
        asked.push(statements.splice(0))
      }

      expect(answers[0]?.status).toBe(200)
      expect(answers[0]?.body).toContain('Now look at your mail')
      expect(answers).toEqual(addresses.map(() => answers[0]))
      expect(asked[0]).toContainEqual(expect.stringContaining('insert into sign_up'))
      expect(asked).toEqual(addresses.map(() => asked[0]))
    },
  )

  test('nothing is looked up or changed about a person before the row is taken', async () => {
    const addresses = await openAll()
    const before = await contentsOf(house)

    for (const email of addresses) await house.post('/sign-up', wishOf(email))

    const after = await contentsOf(house)
    const changed = Object.keys(after).filter(
      (table) => JSON.stringify(after[table]) !== JSON.stringify(before[table]),
    )
    expect(changed.filter((table) => !table.startsWith('sign_up'))).toEqual([])
    expect(after['sign_up']).toHaveLength(addresses.length)
  })

  test('only those who may be asked get a mail, and the row of everybody goes', async () => {
    const addresses = await openAll()
    await sql`delete from service_mail`.execute(house.db)

    for (const email of addresses) await house.post('/sign-up', wishOf(email))
    await takeSignUps(house.context)

    expect((await serviceMails(house, 'confirmation')).toSorted()).toEqual([
      'complained@example.org',
      'new@example.org',
      'reader1@example.org',
      'reader2@example.org',
      'waiting@example.org',
    ])
    expect(await rowsLeft()).toBe(0)
  })

  async function openAll(): Promise<string[]> {
    await addReaders(house, 2)
    await house.post(
      `/u/${await readerToken(house, { email: 'reader2@example.org', purpose: 'unsubscribe' })}`,
    )
    await house.signUp('waiting@example.org')
    await house.signUp('refused@example.org')
    await house.post(`/n/${await confirmationToken(house, 'refused@example.org', 'notMe')}`)
    const addressHash = hashAddress(house.context.secrets, 'complained@example.org')
    await suppress(house.db, { rows: [{ addressHash, reason: 'complained' }], now: house.now })
    await sql`insert into suppressed_domain values ('closed.example', ${house.now})`.execute(
      house.db,
    )
    return [...names.map((name) => `${name}@example.org`), 'anybody@closed.example']
  }
})

describe('a row', () => {
  test('is handled again when a crash takes its transaction with it, and plans one mail', async () => {
    await house.post('/sign-up', wishOf('new@example.org'))
    const broken = {
      ...house.context,
      relay: {
        get test(): boolean {
          throw new Error('the process is gone')
        },
      },
    }

    await takeSignUps(broken)
    const afterCrash = [await rowsLeft(), (await serviceMails(house, 'confirmation')).length]
    await takeSignUps(house.context)
    await takeSignUps(house.context)

    expect(afterCrash).toEqual([1, 0])
    expect([await rowsLeft(), (await serviceMails(house, 'confirmation')).length]).toEqual([0, 1])
    expect(house.lines.join('')).toContain('a sign-up could not be handled')
    expect(house.lines.join('')).not.toContain('new@example.org')
  })

  test('that fails keeps no other waiting, and is given up after an hour', async () => {
    await house.post('/sign-up', wishOf('first@example.org'))
    await house.post('/sign-up', wishOf('second@example.org'))
    await failFor('first@example.org')

    await takeSignUps(house.context)
    const waiting = await rowsLeft()
    house.wait(3_600_001)
    await takeSignUps(house.context)

    expect(await serviceMails(house, 'confirmation')).toEqual(['second@example.org'])
    expect([waiting, await rowsLeft()]).toEqual([1, 0])
  })

  test('that asks for what has gone since is dropped', async () => {
    await house.post('/sign-up', [...wishOf('new@example.org'), ['topic', 'trade']])
    await sql`update topic set offered = false`.execute(house.db)

    await takeSignUps(house.context)

    expect([await rowsLeft(), await serviceMails(house, 'confirmation')]).toEqual([0, []])
  })

  test('taken by many at once is handled once', async () => {
    for (let n = 0; n < 8; n += 1) await house.post('/sign-up', wishOf(`new${n}@example.org`))

    const taken = await Promise.all([1, 2, 3].map(async () => takeSignUps(house.context)))

    expect(taken.reduce((sum, count) => sum + count)).toBe(8)
    expect(await serviceMails(house, 'confirmation')).toHaveLength(8)
  })
})

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
    const ask = async (path: string, header: string) =>
      (await house.web.request(path, { headers: { 'Accept-Language': header } })).text()

    expect(await ask('/', 'fr-CH, de;q=0.8')).toContain('lang="fr-CH"')
    expect(await ask('/?lang=ar', 'fr-CH')).toContain('dir="rtl"')
    expect(await ask('/?lang=xx', 'it')).toContain('lang="en"')
  })

  test('of the form is the reader’s, and of the link’s page', async () => {
    await house.signUp('new@example.org', [
      ['newsletter', 'daily'],
      ['language', 'de'],
    ])

    expect((await subscriberOf(house, 'new@example.org')).language).toBe('de')
    const path = `/c/${await confirmationToken(house, 'new@example.org')}`
    const page = await house.web.request(path, { headers: { 'Accept-Language': 'fr' } })
    expect(await page.text()).toContain('Ja, schicken Sie mir diese Mails')
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

function form(fields: [string, string][]): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  }
}

async function rowsLeft(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from sign_up`.execute(
    house.db,
  )
  return rows[0]?.count ?? 0
}

async function failFor(email: string): Promise<void> {
  await sql`
    create function refuse_address() returns trigger language plpgsql as $$
    begin
      raise exception 'the disk is full';
    end $$`.execute(house.db)
  await sql`
    create trigger refuse before insert on subscriber for each row
      when (new.email = ${sql.lit(email)}) execute function refuse_address()`.execute(house.db)
}

/** The same house, whose statements are written down without their values. */
function listening({ context }: WebHouse) {
  const statements: string[] = []
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      statements.push(node.kind === 'RawNode' ? node.sqlFragments.join('?') : node.kind)
      return node
    },
    transformResult: async ({ result }) => result,
  }
  return { web: webOf({ context: { ...context, db: context.db.withPlugin(plugin) } }), statements }
}
