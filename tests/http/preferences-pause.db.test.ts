import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addReaders } from '../house.ts'
import { choose, chooseDetail, consentOf, email, ledeOf } from './preferences-fixture.ts'
import { openWebHouse, subscriberOf, type WebHouse } from './web-fixture.ts'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
  await addReaders(house, 1)
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
})

test.each([
  [{ for: 'week' }, '2026-11-29', 'Sunday 29 November'],
  [{ for: 'month' }, '2026-12-22', 'Tuesday 22 December'],
  [{ for: 'day', until: '2026-11-25' }, '2026-11-25', 'Wednesday 25 November'],
  [{ for: 'day', until: '2027-11-22' }, '2027-11-22', 'Monday 22 November'],
])('a pause of %o ends at the reader’s midnight', async (fields, day, said) => {
  const seen = await choose(house, { to: '/pause', fields })
  const { rows } = await sql<{ until: Date }>`
    select distinct snoozed_until as until from subscription u join subscriber s on s.id = u.subscriber_id
     where s.public_id = ${(await subscriberOf(house, email)).publicId}`.execute(house.db)

  expect(rows).toEqual([{ until: new Date(`${day}T00:00:00Z`) }])
  expect(ledeOf(seen)).toContain(`nothing comes before ${said}`)
  expect(await consentOf(house)).toEqual(['snoozed'])
})

test('a pause stays while choices change, and counts for what is turned on meanwhile, until it is ended', async () => {
  await chooseDetail(house, { 'newsletter-breaking': 'off' })
  await choose(house, { to: '/pause', fields: { for: 'week' } })

  await chooseDetail(house, { 'newsletter-breaking': 'instant' })
  const { rows } = await sql<{ until: Date }>`
    select distinct snoozed_until as until from subscription
     where subscriber_id = ${(await subscriberOf(house, email)).id}`.execute(house.db)
  const awake = await choose(house, { to: '/pause', fields: { for: 'none' } })

  expect(rows).toEqual([{ until: new Date('2026-11-29T00:00:00Z') }])
  expect(ledeOf(awake)).not.toContain('pause')
  expect(awake.document.querySelector('#status')?.textContent).toContain('The pause is over')
})

test('a pause ends at midnight where the reader is', async () => {
  await chooseDetail(house, { timeZone: 'America/New_York' })

  await choose(house, { to: '/pause', fields: { for: 'week' } })
  const { rows } = await sql<{ until: Date }>`
    select distinct snoozed_until as until from subscription`.execute(house.db)

  // 01:30 on the 22nd in New York, five hours behind.
  expect(rows).toEqual([{ until: new Date('2026-11-29T05:00:00Z') }])
})

test('a pause that is over is none, and the choices are what they were', async () => {
  await choose(house, { to: '/pause', fields: { for: 'week' } })
  house.wait(7 * 86_400_000)

  const seen = await choose(house, { fields: { choice: 'as-now' } })

  expect(ledeOf(seen)).toBe(
    'You get Morning digest every day at 06:30 and Breaking news when something big happens. The next one comes tomorrow, Monday.',
  )
})
