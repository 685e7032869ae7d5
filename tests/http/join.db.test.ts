import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addReaders } from '../house.ts'
import {
  choicesOf,
  confirmationToken,
  openWebHouse,
  readerToken,
  serviceMails,
  subscriberOf,
  type WebHouse,
} from './web-fixture.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

test('the answer is the same for a new, a waiting, a confirmed, a left and a blocked address', async () => {
  await addReaders(house, 2)
  await house.post(
    `/u/${await readerToken(house, { email: 'reader2@example.org', purpose: 'unsubscribe' })}`,
  )
  await house.signUp('waiting@example.org')
  await house.signUp('blocked@example.org')
  await house.post(`/n/${await confirmationToken(house, 'blocked@example.org', 'notMe')}`)

  const answers: { status: number; headers: [string, string][]; body: string }[] = []
  for (const name of ['new', 'waiting', 'reader1', 'reader2', 'blocked']) {
    const response = await house.signUp(`${name}@example.org`)
    answers.push({
      status: response.status,
      headers: [...response.headers],
      body: await response.text(),
    })
  }

  expect(answers[0]).toMatchObject({
    status: 200,
    body: expect.stringContaining('Now look at your mail'),
  })
  expect(answers).toEqual(Array.from({ length: 5 }, () => answers[0]))
})

test('who asks to join is pending, gets one confirmation and no news', async () => {
  await house.signUp('New.Reader@example.org', [
    ['newsletter', 'daily'],
    ['newsletter', 'breaking'],
    ['timeZone', 'America/New_York'],
  ])

  expect(await subscriberOf(house, 'new.reader@example.org')).toMatchObject({
    state: 'pending',
    email: 'New.Reader@example.org',
    timeZone: 'America/New_York',
    confirmedAt: null,
  })
  expect(await choicesOf(house, 'new.reader@example.org')).toEqual([])
  expect(await serviceMails(house, 'confirmation')).toEqual(['New.Reader@example.org'])
  expect(house.jobs).toEqual([
    { name: 'take-sign-ups', data: {} },
    { name: 'drain-lane', data: { lane: 'confirmation' } },
  ])
})

test('a form that leaves the time zone open takes the one of the publication', async () => {
  await house.signUp('new@example.org')

  expect((await subscriberOf(house, 'new@example.org')).timeZone).toBe('Europe/London')
})

describe('an address that somebody types in again and again', () => {
  test('gets one confirmation a day, over all newsletters and spellings', async () => {
    await house.signUp('victim@example.org', [['newsletter', 'daily']])
    await house.signUp('Victim@EXAMPLE.org', [['newsletter', 'breaking']])
    house.wait(DAY - 1000)
    await house.signUp('victim@example.org', [['newsletter', 'breaking']])

    expect(await serviceMails(house, 'confirmation')).toHaveLength(1)

    house.wait(1000)
    await house.signUp('victim@example.org', [['newsletter', 'breaking']])

    expect(await serviceMails(house, 'confirmation')).toHaveLength(2)
  })

  test('gets three until it confirms, however long that lasts', async () => {
    for (let day = 0; day < 30; day += 1) {
      await house.signUp('victim@example.org')
      house.wait(DAY + 1)
    }

    expect(await serviceMails(house, 'confirmation')).toHaveLength(3)
  })

  test('gets one when 20 requests come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        house.signUp('victim@example.org', [
          ['newsletter', index % 2 === 0 ? 'daily' : 'breaking'],
        ]),
      ),
    )

    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(await serviceMails(house, 'confirmation')).toEqual(['victim@example.org'])
    expect(house.jobs.filter(({ name }) => name === 'drain-lane')).toHaveLength(1)
  })
})

test('a reader who confirms each time can join again as often as life has it', async () => {
  for (let year = 0; year < 6; year += 1) {
    await house.signUp('reader@example.org')
    await house.post(`/c/${await confirmationToken(house, 'reader@example.org')}`)
    house.wait(HOUR)
    await house.post(
      `/u/${await readerToken(house, { email: 'reader@example.org', purpose: 'unsubscribe' })}`,
    )
    house.wait(365 * DAY)
  }

  expect(await serviceMails(house, 'confirmation')).toHaveLength(6)
})

describe('confirming', () => {
  test('is welcomed with what was confirmed, and nothing else', async () => {
    await house.signUp('reader@example.org', [['newsletter', 'daily']])

    await house.post(`/c/${await confirmationToken(house, 'reader@example.org')}`)

    const { rows } = await sql<{ text: string }>`
      select f.text from service_mail m join service_form f on f.content_hash = m.form
       where m.kind = 'welcome'`.execute(house.db)
    expect(rows[0]?.text).toContain('Morning digest')
    expect(rows[0]?.text).not.toContain('Breaking news')
  })

  test('by the link of before an unsubscribe brings nobody back', async () => {
    await house.signUp('reader@example.org')
    const link = `/c/${await confirmationToken(house, 'reader@example.org')}`
    await house.post(link)
    house.wait(HOUR)
    await house.post(
      `/u/${await readerToken(house, { email: 'reader@example.org', purpose: 'unsubscribe' })}`,
    )

    const again = await house.post(link)

    expect(again.status).toBe(410)
    expect((await subscriberOf(house, 'reader@example.org'))?.state).toBe('left')
  })

  test('makes the reader active with what was asked for, and is welcomed', async () => {
    await house.signUp('reader@example.org', [['newsletter', 'breaking']])
    const token = await confirmationToken(house, 'reader@example.org')

    const response = await house.post(`/c/${token}`)

    expect(response.status).toBe(200)
    expect(await response.text()).toContain('You are in')
    expect(await subscriberOf(house, 'reader@example.org')).toMatchObject({
      state: 'active',
      confirmedAt: house.now,
    })
    expect(await choicesOf(house, 'reader@example.org')).toEqual(['breaking'])
    expect(await serviceMails(house, 'welcome')).toEqual(['reader@example.org'])
    expect(await consentOf('reader@example.org')).toEqual([
      'asked breaking sign-up page',
      'confirmed breaking confirmation page',
    ])
  })

  test('twice, also at once and to the end of the link’s life, is harmless and welcomes once', async () => {
    await house.signUp('reader@example.org')
    const path = `/c/${await confirmationToken(house, 'reader@example.org')}`

    const atOnce = await Promise.all(Array.from({ length: 5 }, async () => house.post(path)))
    house.wait(47 * HOUR)
    const late = await house.post(path)

    expect([...atOnce, late].map((response) => response.status)).toEqual([
      200, 200, 200, 200, 200, 200,
    ])
    expect(await serviceMails(house, 'welcome')).toHaveLength(1)
    expect(await choicesOf(house, 'reader@example.org')).toEqual(['daily'])
  })

  test('after 48 hours is refused as gone, for the page and the button', async () => {
    await house.signUp('reader@example.org')
    const path = `/c/${await confirmationToken(house, 'reader@example.org')}`
    house.wait(48 * HOUR + 1)

    const page = await house.web.request(path)
    const pressed = await house.post(path)

    expect([page.status, pressed.status]).toEqual([410, 410])
    expect((await subscriberOf(house, 'reader@example.org')).state).toBe('pending')
  })

  test('with the link of another reader’s mail is refused', async () => {
    await house.signUp('one@example.org')
    await house.signUp('two@example.org')
    const reference = await firstConfirmation()

    const response = await house.post(
      `/c/${await readerToken(house, { email: 'two@example.org', purpose: 'confirm', reference })}`,
    )

    expect(response.status).toBe(404)
    expect((await subscriberOf(house, 'two@example.org')).state).toBe('pending')
  })
})

describe('"that was not me"', () => {
  test('blocks every further mail, what was planned included', async () => {
    await house.signUp('victim@example.org')
    const confirm = await confirmationToken(house, 'victim@example.org')

    const response = await house.post(
      `/n/${await confirmationToken(house, 'victim@example.org', 'notMe')}`,
    )
    house.wait(2 * DAY)
    await house.signUp('victim@example.org')

    expect(response.status).toBe(200)
    expect(await suppressed()).toEqual(['asked'])
    expect(await serviceMails(house, 'confirmation')).toHaveLength(1)
    expect((await house.post(`/c/${confirm}`)).status).toBe(404)
  })

  test('of somebody who left counts as well', async () => {
    await addReaders(house, 1)
    await house.post(
      `/u/${await readerToken(house, { email: 'reader1@example.org', purpose: 'unsubscribe' })}`,
    )
    await house.signUp('reader1@example.org')

    await house.post(`/n/${await confirmationToken(house, 'reader1@example.org', 'notMe')}`)

    expect(await suppressed()).toEqual(['asked'])
  })

  test('does not take a reader’s mails away', async () => {
    await addReaders(house, 1)
    await house.signUp('reader1@example.org')

    await house.post(`/n/${await confirmationToken(house, 'reader1@example.org', 'notMe')}`)

    expect(await suppressed()).toEqual([])
    expect((await subscriberOf(house, 'reader1@example.org')).state).toBe('active')
  })

  test('twice is harmless', async () => {
    await house.signUp('victim@example.org')
    const path = `/n/${await confirmationToken(house, 'victim@example.org', 'notMe')}`

    const answers = [await house.post(path), await house.post(path)]

    expect(answers.map((answer) => answer.status)).toEqual([200, 200])
    expect(await suppressed()).toEqual(['asked'])
  })
})

async function suppressed(): Promise<string[]> {
  const { rows } = await sql<{ reason: string }>`select reason from suppression`.execute(house.db)
  return rows.map((row) => row.reason)
}

async function firstConfirmation(): Promise<number> {
  const { rows } = await sql<{ id: number }>`select min(id) as id from service_mail`.execute(
    house.db,
  )
  return rows[0]?.id ?? 0
}

async function consentOf(email: string): Promise<string[]> {
  const { id } = await subscriberOf(house, email)
  const { rows } = await sql<{ line: string }>`
    select concat_ws(' ', e.kind, n.slug, e.form) as line
      from consent_event e left join newsletter n on n.id = e.newsletter_id
     where e.subscriber_id = ${id} order by e.id`.execute(house.db)
  return rows.map((row) => row.line)
}
