import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  cadencesOf,
  email,
  HOUR,
  type LeaveHouse,
  openLeaveHouse,
  setCadence,
} from './leave-fixture.ts'
import { choicesOf, subscriberOf, undoOf } from './web-fixture.ts'

let at: LeaveHouse
beforeEach(async () => {
  at = await openLeaveHouse()
})
afterEach(async () => at.house[Symbol.asyncDispose]())

async function press(path: string): Promise<string> {
  return undoOf(await (await at.house.post(path)).text())
}

test('undo brings back what this press took, as it was, and only that', async () => {
  const { house, link, linkOfAll } = at
  await setCadence(house, 'daily', 'weekly')
  await sql`insert into topic (slug, name) values ('sport', 'Sport')`.execute(house.db)
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select s.id, t.id, 'off', ${house.now} from subscriber s, topic t where s.email = ${email} and t.slug = 'sport'`.execute(
    house.db,
  )
  await house.post(link)
  house.wait(HOUR)
  const undo = await press(linkOfAll)
  house.wait(23 * HOUR)

  const response = await house.post(undo)

  expect(response.status).toBe(200)
  expect(await cadencesOf(house)).toEqual({ breaking: 'off', daily: 'weekly', sport: 'off' })
  expect((await subscriberOf(house, email)).state).toBe('active')
  const { rows } = await sql`
    select form, cadence, token_id is not null as token from consent_event where kind = 'returned'`.execute(
    house.db,
  )
  expect(rows).toEqual([{ form: 'undo', cadence: 'weekly', token: true }])
  expect(house.leavings.at(-1)).toMatchObject({ kind: 'returned' })
})

test('an undo keeps a pause that was there before', async () => {
  const { house, link } = at
  await sql`update subscription set snoozed_until = '2026-12-01'`.execute(house.db)

  await house.post(await press(link))

  const { rows } = await sql<{ paused: number }>`
    select count(*) as paused from subscription where snoozed_until = '2026-12-01'`.execute(
    house.db,
  )
  expect(rows[0]?.paused).toBe(4)
})

test('undo pressed twice is harmless', async () => {
  const { house, link } = at
  const undo = await press(link)
  house.wait(1000)

  const answers = [await house.post(undo), await house.post(undo)]

  expect(answers.map((answer) => answer.status)).toEqual([200, 200])
  expect(await choicesOf(house, email)).toEqual(['breaking', 'daily'])
})

test('undo after a second press of the same button still works', async () => {
  const { house, link } = at
  await house.post(link)
  house.wait(HOUR)

  await house.post(await press(link))

  expect(await choicesOf(house, email)).toEqual(['breaking', 'daily'])
})

test('undo works for 24 hours', async () => {
  const { house, linkOfAll } = at
  const undo = await press(linkOfAll)
  house.wait(24 * HOUR + 1)

  const response = await house.post(undo)

  expect(response.status).toBe(410)
  expect((await subscriberOf(house, email)).state).toBe('left')
})

test('an old undo does not bring back who left again since', async () => {
  const { house, link, linkOfAll } = at
  const undo = await press(link)
  house.wait(HOUR)
  await house.post(undo)
  house.wait(HOUR)
  await house.post(linkOfAll)

  const response = await house.post(undo)

  expect(response.status).toBe(410)
  expect((await subscriberOf(house, email)).state).toBe('left')
})

test.each(['complained', 'bounced'])(
  'who %s since stays away, whatever is undone',
  async (state) => {
    const { house, linkOfAll } = at
    const undo = await press(linkOfAll)
    await sql`update subscriber set state = ${state}::subscriber_state where email = ${email}`.execute(
      house.db,
    )

    const response = await house.post(undo)

    expect(response.status).toBe(410)
    expect(await choicesOf(house, email)).toEqual([])
  },
)

test('who never confirmed and left is no reader by an undo', async () => {
  const { house, linkOfAll } = at
  await sql`update subscriber set state = 'pending', confirmed_at = null where email = ${email}`.execute(
    house.db,
  )
  const undo = await press(linkOfAll)

  const response = await house.post(undo)

  expect(response.status).toBe(410)
  expect((await subscriberOf(house, email)).state).toBe('left')
})
