import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeSignUps } from '#deliveries/service/take-sign-ups.ts'
import { hashAddress } from '#secrets.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { suppress, type SuppressionReason } from '#subscribers/suppression/suppression-store.ts'
import {
  choicesOf,
  confirmationToken,
  contentsOf,
  openWebHouse,
  readerToken,
  serviceMails,
  subscriberOf,
  type WebHouse,
} from './web-fixture.ts'

const HOUR = 3_600_000
const email = 'reader@example.org'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

test('a confirmation link, read a hundred times at every stage, changes nothing', async () => {
  await house.signUp(email)
  const path = `/c/${await confirmationToken(house, email)}`
  const read = async () => {
    const before = await contentsOf(house)
    for (let n = 0; n < 100; n += 1) await house.web.request(path)
    expect(await contentsOf(house)).toEqual(before)
  }

  await read()
  await house.post(path)
  await read()
  house.wait(49 * HOUR)
  await read()
})

test.each([
  { whose: 'reader', zone: 'Nordamerikanische Ostküstenzeit', not: 'Mitteleuropäische Zeit' },
  { whose: 'house', zone: 'Mitteleuropäische Zeit', not: 'Nordamerikanische Ostküstenzeit' },
])(
  'after the button the page says what comes and at what hour of the $whose, and a second look says the same',
  async ({ whose, zone, not }) => {
    await sql`update newsletter set whose_hour = ${whose}, time_zone = 'Europe/Berlin' where slug = 'daily'`.execute(
      house.db,
    )
    await house.signUp(email, [
      ['newsletter', 'daily'],
      ['timeZone', 'America/New_York'],
      ['language', 'de'],
    ])
    const path = `/c/${await confirmationToken(house, email)}`

    const pressed = await (await house.post(path)).text()
    const looked = await house.web.request(path)

    expect(pressed).toContain('Morning digest')
    expect(pressed).toContain('06:30')
    expect(pressed).toContain(zone)
    expect(pressed).not.toContain(not)
    expect([looked.status, await looked.text()]).toEqual([200, pressed])
  },
)

test('the link to the choices on that page grows as old as the mail', async () => {
  await house.signUp(email)
  const path = `/c/${await confirmationToken(house, email)}`
  await house.post(path)
  const choicesBehind = async () => {
    const page = await (await house.web.request(path)).text()
    const [link = ''] = /\/p\/[\w-]{47}/.exec(page) ?? []
    return (await house.web.request(link)).text()
  }
  const fresh = await choicesBehind()
  house.wait(31 * 24 * HOUR)

  expect(fresh).toContain('What you get')
  expect(await choicesBehind()).toContain('This link has grown old')
})

describe('the latest edition', () => {
  const coming = 'The latest one is already on its way.'

  test('is spoken of only while it is on its way', async () => {
    await house.signUp(email)
    const path = `/c/${await confirmationToken(house, email)}`
    await house.post(path)
    const none = await (await house.web.request(path)).text()
    await sql`
      insert into service_mail (kind, subscriber_id, recipient, address_hash, test, release_at, not_after)
      select 'latest', id, email, address_hash, true, ${house.now}, ${house.now}::timestamptz + interval '6 hours'
        from subscriber`.execute(house.db)
    const one = await (await house.web.request(path)).text()
    await sql`update service_mail set state = 'excluded', reason = 'expired', outcome_at = now() where kind = 'latest'`.execute(
      house.db,
    )

    expect(none).not.toContain(coming)
    expect(one).toContain(coming)
    expect(await (await house.web.request(path)).text()).not.toContain(coming)
  })
})

describe('a link that is too late', () => {
  test('offers a new one by one button, within the limits, and answers like the form', async () => {
    await house.signUp(email)
    const usual = await (await house.post('/sign-up', wishOf('usual@example.org'))).text()
    await takeSignUps(house.context)
    const path = `/c/${await confirmationToken(house, email)}`
    house.wait(49 * HOUR)

    const late = await house.web.request(path)
    const page = await late.text()
    const again = await house.post(`${path}/again`)
    await house.post(`${path}/again`)
    await takeSignUps(house.context)

    expect(late.status).toBe(410)
    expect(page).toContain(`action="${path}/again"`)
    expect([again.status, await again.text()]).toEqual([200, usual])
    expect(await confirmationsOf()).toBe(2)
    await house.post(`/c/${await confirmationToken(house, email)}`)
    expect(await choicesOf(house, email)).toEqual(['daily'])
  })

  test('asks for the topics of the first one too, as far as they are still offered', async () => {
    await sql`
      insert into topic (slug, name, offered) values ('council', 'Council', true), ('trade', 'Trade', true)`.execute(
      house.db,
    )
    await house.signUp(email, [...wish, ['topic', 'council'], ['topic', 'trade']])
    const path = `/c/${await confirmationToken(house, email)}`
    await sql`update topic set offered = false where slug = 'trade'`.execute(house.db)
    house.wait(49 * HOUR)

    await house.post(`${path}/again`)

    const { rows } = await sql`select email, newsletters, topics, form from sign_up`.execute(
      house.db,
    )
    expect(rows).toEqual([
      { email, newsletters: ['daily'], topics: ['council'], form: 'late confirmation' },
    ])
  })

  test('of somebody who left since offers one too, and brings nobody back by itself', async () => {
    await house.signUp(email)
    const path = `/c/${await confirmationToken(house, email)}`
    await house.post(path)
    house.wait(HOUR)
    await house.post(`/u/${await readerToken(house, { email, purpose: 'unsubscribe' })}`)

    const pressed = await house.post(path)

    expect(pressed.status).toBe(410)
    expect(await pressed.text()).toContain('Send me a new link')
    expect((await subscriberOf(house, email)).state).toBe('left')
  })

  test('that is still good asks for nothing again', async () => {
    await house.signUp(email)
    const path = `/c/${await confirmationToken(house, email)}`

    const response = await house.post(`${path}/again`)

    expect(await response.text()).toContain('One last tap')
    const { rows } = await sql`select from sign_up`.execute(house.db)
    expect(rows).toEqual([])
  })

  test('that nobody made is unknown, with nothing to press', async () => {
    const token = sealToken(house.context.secrets, 'confirm', {
      publicId: 5,
      reference: 1,
      addressVersion: 0,
    })

    const answers = [
      await house.post(`/c/${token}/again`),
      await house.post(`/c/${'A'.repeat(47)}/again`),
    ]

    expect(answers.map(({ status }) => status)).toEqual([404, 404])
    expect(await answers[0]?.text()).toBe(await answers[1]?.text())
  })
})

test('the link of a reminder confirms like the first one', async () => {
  await house.signUp(email)
  await sql`update service_mail set kind = 'reminder'`.execute(house.db)
  const { rows } = await sql<{ id: number }>`select id from service_mail`.execute(house.db)
  const token = await readerToken(house, {
    email,
    purpose: 'confirm',
    reference: rows[0]?.id ?? 0,
  })

  const response = await house.post(`/c/${token}`)

  expect(response.status).toBe(200)
  expect((await subscriberOf(house, email)).state).toBe('active')
})

describe('on the do-not-mail list', () => {
  test.each(['left', 'bounced', 'complained', 'erased'] as const)(
    'an address that %s is taken off by its reader alone, who confirms',
    async (reason) => {
      await put(reason)

      await house.signUp(email)
      await house.post(`/c/${await confirmationToken(house, email)}`)

      expect(await suppressed()).toEqual([])
      expect((await subscriberOf(house, email)).state).toBe('active')
      expect(await kindsOfConsent()).toEqual(['asked', 'lifted', 'confirmed'])
    },
  )

  test.each(['asked', 'blocked'] as const)(
    'an address that is there as %s is not asked',
    async (reason) => {
      await put(reason)

      await house.signUp(email)

      expect(await serviceMails(house, 'confirmation')).toEqual([])
      expect(await suppressed()).toEqual([reason])
    },
  )

  test('a link from before its reader complained works no more', async () => {
    await house.signUp(email)
    const path = `/c/${await confirmationToken(house, email)}`
    house.wait(HOUR)
    await put('complained')

    const response = await house.post(path)

    expect(response.status).toBe(410)
    expect(await suppressed()).toEqual(['complained'])
  })

  test.each(['bounced', 'complained'])(
    'a reader who %s is active again after confirming',
    async (state) => {
      await house.signUp(email)
      await house.post(`/c/${await confirmationToken(house, email)}`)
      await sql`update subscriber set state = ${state}::subscriber_state`.execute(house.db)
      house.wait(48 * HOUR)

      await house.signUp(email)
      await house.post(`/c/${await confirmationToken(house, email)}`)

      expect((await subscriberOf(house, email)).state).toBe('active')
    },
  )
})

const wish: [string, string][] = [['newsletter', 'daily']]

function wishOf(address: string): [string, string][] {
  return [['email', address], ...wish]
}

async function put(reason: SuppressionReason): Promise<void> {
  const addressHash = hashAddress(house.context.secrets, email)
  await suppress(house.db, { rows: [{ addressHash, reason }], now: house.now })
  house.wait(1)
}

async function suppressed(): Promise<string[]> {
  const { rows } = await sql<{ reason: string }>`select reason from suppression`.execute(house.db)
  return rows.map(({ reason }) => reason)
}

async function kindsOfConsent(): Promise<string[]> {
  const { rows } = await sql<{ kind: string }>`select kind from consent_event order by id`.execute(
    house.db,
  )
  return rows.map(({ kind }) => kind)
}

async function confirmationsOf(): Promise<number> {
  return (await serviceMails(house, 'confirmation')).filter((to) => to === email).length
}
