import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addReaders } from '../house.ts'
import {
  addTopics,
  addWeekly,
  choose,
  chooseDetail,
  chosenIn,
  consentOf,
  email,
  ledeOf,
  look,
  pathOf,
  rowsOf,
  valuesOf,
} from './preferences-fixture.ts'
import { contentsOf, openWebHouse, subscriberOf, undoOf, type WebHouse } from './web-fixture.ts'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
  await addReaders(house, 2)
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
})

test('the page says what comes and when, masks the address, and looking a hundred times changes nothing', async () => {
  const before = await contentsOf(house)

  const seen = await look(house)
  for (let turn = 0; turn < 99; turn += 1) await look(house)

  expect(seen.status).toBe(200)
  expect(seen.markup).toContain('r…@example.org')
  expect(seen.markup).not.toContain(email)
  expect(ledeOf(seen)).toBe(
    'You get Morning digest every day at 06:30 and Breaking news when something big happens. The next one comes tomorrow, Monday.',
  )
  expect(await contentsOf(house)).toEqual(before)
  expect(house.jobs).toEqual([])
})

test.each([
  ['morning', ['breaking instant', 'daily daily', 'weekend off']],
  ['breaking', ['breaking instant', 'daily off', 'weekend off']],
  ['weekly', ['breaking off', 'daily off', 'weekend weekly']],
  ['nothing', ['breaking off', 'daily off', 'weekend off']],
])('"%s" is one tap, and is chosen on the page from then on', async (choice, rows) => {
  await addWeekly(house)
  await chooseDetail(house, { 'newsletter-weekend': 'weekly' })

  const seen = await choose(house, { fields: { choice } })

  expect(await rowsOf(house)).toEqual(rows)
  expect(chosenIn(seen, 'choice')).toBe(choice)
  expect(seen.document.querySelector('#status')?.getAttribute('role')).toBe('status')
})

test('without a weekly newsletter, weekly is the daily one once a week', async () => {
  const seen = await choose(house, { fields: { choice: 'weekly' } })

  expect(await rowsOf(house)).toEqual(['breaking off', 'daily weekly'])
  expect(ledeOf(seen)).toBe(
    'You get Morning digest every Saturday at 06:30. The next one comes on Saturday 28 November.',
  )
})

test('what is none of the four is a fifth choice, and saving that changes nothing', async () => {
  await chooseDetail(house, { 'newsletter-daily': 'weekly' })
  const before = await contentsOf(house)

  const seen = await choose(house, { fields: { choice: 'as-now' } })

  expect(chosenIn(seen, 'choice')).toBe('as-now')
  expect(await contentsOf(house)).toEqual(before)
})

test('of the four only what the house has is shown', async () => {
  await using other = await openWebHouse()
  await sql`delete from newsletter where kind = 'alerts'`.execute(other.db)
  await addTopics(other, ['trade'])
  await addReaders(other, 1, { newsletters: ['daily'] })

  const seen = await look(other)

  expect(valuesOf(seen, 'choice')).toEqual(['morning', 'weekly', 'nothing'])
  expect(valuesOf(seen, 'topic-trade')).toEqual(['', 'daily', 'weekly', 'off'])
})

test.each([
  ['daily', 'weekly'],
  ['daily', 'off'],
  ['breaking', 'daily'],
  ['breaking', 'off'],
])('%s can be %s, and the page shows it', async (slug, cadence) => {
  const seen = await chooseDetail(house, { [`newsletter-${slug}`]: cadence })

  expect(seen.next).toMatch(/\?done=(detail|left)#status$/)
  expect(chosenIn(seen, `newsletter-${slug}`)).toBe(cadence)
  expect(await rowsOf(house)).toContain(`${slug} ${cadence}`)
  expect(await consentOf(house)).toEqual([
    `${cadence === 'off' ? 'left' : 'changed'} ${slug} ${cadence}`,
  ])
})

test.each(['instant', 'daily', 'weekly', 'off'])(
  'a topic can be %s, and no wish at all again',
  async (cadence) => {
    await addTopics(house, ['trade'])

    const followed = await chooseDetail(house, { 'topic-trade': cadence })
    const rows = await rowsOf(house)
    const forgotten = await chooseDetail(house, { 'topic-trade': '' })

    expect(chosenIn(followed, 'topic-trade')).toBe(cadence)
    expect(rows).toContain(`trade ${cadence}`)
    expect(chosenIn(forgotten, 'topic-trade')).toBe('')
    expect(await rowsOf(house)).toEqual(['breaking instant', 'daily daily'])
    expect(await consentOf(house)).toEqual([`changed trade ${cadence}`, 'changed trade'])
  },
)

test('a topic at once means alerts, if only of that topic', async () => {
  await addTopics(house, ['trade'])
  await chooseDetail(house, { 'newsletter-breaking': 'off' })

  const seen = await chooseDetail(house, {
    'newsletter-breaking': 'off',
    'newsletter-daily': 'daily',
    'topic-trade': 'instant',
  })

  expect(chosenIn(seen, 'newsletter-breaking')).toBe('daily')
  expect(ledeOf(seen)).toContain('Breaking news only on the topics you marked “at once”')
})

test('topics that nobody offers are not shown, but for those that the reader follows', async () => {
  await addTopics(house, ['trade'])
  await addTopics(house, ['gossip', 'harbour'], false)
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select ${(await subscriberOf(house, email)).id}, id, 'daily', ${house.now} from topic where slug = 'harbour'`.execute(
    house.db,
  )

  const seen = await look(house)

  expect(seen.markup).toContain('topic-trade')
  expect(seen.markup).toContain('topic-harbour')
  expect(seen.markup).not.toContain('topic-gossip')
})

test('hour, zone and language are kept, shown again, and told in the reader’s words', async () => {
  const seen = await chooseDetail(house, {
    hour: '07:30',
    timeZone: 'America/New_York',
    language: 'de',
  })

  expect(chosenIn(seen, 'hour')).toBe('07:30')
  expect(chosenIn(seen, 'timeZone')).toBe('America/New_York')
  expect(chosenIn(seen, 'language')).toBe('de')
  expect(seen.document.documentElement.getAttribute('lang')).toBe('de')
  // 06:30 in London is 01:30 in New York: today's hour is still to come.
  expect(ledeOf(seen)).toBe(
    'Sie bekommen Morning digest jeden Tag um 07:30 Uhr und Breaking news, wenn etwas Wichtiges passiert. Die nächste Mail kommt heute.',
  )
  expect(await consentOf(house)).toEqual(['changed'])
})

test('only the newsletter’s hour and later ones are offered, and the first is the newsletter’s own', async () => {
  await chooseDetail(house, { hour: '09:00' })

  const hours = valuesOf(await look(house), 'hour')
  const seen = await chooseDetail(house, { hour: '' })
  const { rows } = await sql<{ time: string | null }>`
    select digest_time as time from subscriber order by id limit 1`.execute(house.db)

  expect(hours.slice(0, 3)).toEqual(['', '07:00', '07:30'])
  expect(hours.at(-1)).toBe('23:30')
  expect(chosenIn(seen, 'hour')).toBe('')
  expect(rows).toEqual([{ time: null }])
})

test('a region of the language stays where the language does', async () => {
  await sql`update subscriber set language = 'de-CH'`.execute(house.db)

  await chooseDetail(house, { language: 'de' })

  expect((await subscriberOf(house, email)).language).toBe('de-CH')
})

test('fewer mails: once a week, or no alerts, in one tap that asks for the same when it comes twice', async () => {
  const offered = valuesOf(await look(house), 'fewer')
  await choose(house, { fields: { fewer: 'weekly' } })
  await choose(house, { fields: { fewer: 'weekly' } })
  await choose(house, { fields: { fewer: 'no-alerts' } })

  expect(offered).toEqual(['weekly', 'no-alerts'])
  expect(await rowsOf(house)).toEqual(['breaking off', 'daily weekly'])
  expect(valuesOf(await look(house), 'fewer')).toEqual([])
  expect(await consentOf(house)).toEqual(['changed daily weekly', 'left breaking off'])
})

test('whoever chooses nothing has left, and an undo brings back exactly what was', async () => {
  await chooseDetail(house, { 'newsletter-daily': 'weekly', 'newsletter-breaking': 'daily' })
  const was = await rowsOf(house)
  house.wait(1000)

  const seen = await choose(house, { fields: { choice: 'nothing' } })
  const gone = await subscriberOf(house, email)
  const undone = await house.post(undoOf(seen.markup))

  expect(gone.state).toBe('left')
  expect(ledeOf(seen)).toContain('You get no mails from')
  expect(undone.status).toBe(200)
  expect(await rowsOf(house)).toEqual(was)
  expect((await subscriberOf(house, email)).state).toBe('active')
  expect((await consentOf(house)).slice(2)).toEqual([
    'left off',
    'returned daily weekly',
    'returned breaking daily',
  ])
  expect(house.leavings).toMatchObject([
    { kind: 'left', newsletterId: null },
    { kind: 'returned', newsletterId: expect.any(Number) },
    { kind: 'returned', newsletterId: expect.any(Number) },
  ])
})

test('a reader who left and chooses again is a reader again', async () => {
  await choose(house, { fields: { choice: 'nothing' } })
  house.wait(1000)

  const seen = await choose(house, { fields: { choice: 'morning' } })

  expect((await subscriberOf(house, email)).state).toBe('active')
  expect(await rowsOf(house)).toEqual(['breaking off', 'daily daily'])
  expect(ledeOf(seen)).toContain('You get Morning digest')
  expect(await consentOf(house)).toEqual(['left off', 'confirmed daily daily'])
})

test('what a mail’s link shows comes with the agreement: form, its version and the link, never an address', async () => {
  await chooseDetail(house, { 'newsletter-daily': 'weekly' })

  const { rows } = await sql<Record<string, unknown>>`
    select form, form_version, length(token_id) as token from consent_event where kind = 'changed'`.execute(
    house.db,
  )

  expect(rows).toEqual([{ form: 'preferences', form_version: 'preferences 1', token: 16 }])
})

test('two who save at once end in what one of them chose', async () => {
  const path = await pathOf(house)
  const wishes = [
    { form: 'detail', 'newsletter-daily': 'weekly', 'newsletter-breaking': 'off' },
    { form: 'detail', 'newsletter-daily': 'off', 'newsletter-breaking': 'daily' },
  ].map((fields) => Object.entries(fields))

  for (let turn = 0; turn < 5; turn += 1) {
    await Promise.all(wishes.map(async (fields) => house.post(path, fields)))

    expect([
      ['breaking off', 'daily weekly'],
      ['breaking daily', 'daily off'],
    ]).toContainEqual(await rowsOf(house))
    expect((await subscriberOf(house, email)).state).toBe('active')
  }
})

test('another reader’s choices stay what they are', async () => {
  await chooseDetail(house, { 'newsletter-daily': 'off', hour: '09:00' })
  await choose(house, { to: '/pause', fields: { for: 'week' } })

  const { document } = await look(house, 'reader2@example.org')

  expect(chosenIn({ document }, 'newsletter-daily')).toBe('daily')
  expect(chosenIn({ document }, 'hour')).toBe('')
  expect(ledeOf({ document })).not.toContain('pause')
})
