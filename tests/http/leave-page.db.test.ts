import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { email, HOUR, type LeaveHouse, openLeaveHouse } from './leave-fixture.ts'
import { choicesOf, contentsOf, readerToken } from './web-fixture.ts'

let at: LeaveHouse
beforeEach(async () => {
  at = await openLeaveHouse()
})
afterEach(async () => at.house[Symbol.asyncDispose]())

test('the page after names what has stopped and for whom, what still comes, and the ways on', async () => {
  const { house, link } = at

  const page = await (await house.post(link)).text()

  expect(page).toContain('<b>Breaking news</b> no longer comes to')
  expect(page).toContain('r…@example.org')
  expect(page).not.toContain(email)
  expect(page).toContain('You still get <b>Morning digest</b>.')
  expect(page).toMatch(/action="\/undo\/[\w-]{47}"/)
  expect(page).toMatch(/href="\/p\/[\w-]{47}"/)
  expect(page).toContain(`action="${link}/all"`)
  expect(page).toContain('Get your own')
})

test('the page asks, names the reader masked and offers less; asking changes nothing', async () => {
  const { house, link } = at
  const before = await contentsOf(house)

  const response = await house.web.request(link)

  const page = await response.text()
  expect(response.status).toBe(200)
  expect(page).toContain('Turn alerts off')
  expect(page).toContain('Your other mails still come.')
  expect(page).toContain('r…@example.org')
  expect(page).not.toContain(email)
  expect(page).toContain('Was this mail forwarded to you?')
  expect(page).toContain(`action="${link}/all"`)
  expect(await contentsOf(house)).toEqual(before)
})

test('what is off already is said, without a button', async () => {
  const { house, link } = at
  await house.post(link)

  const page = await (await house.web.request(link)).text()

  expect(page).toContain('<b>Breaking news</b> no longer comes to')
  expect(page).not.toContain('<form')
})

test('the page speaks the reader’s language', async () => {
  const { house, link } = at
  await sql`update subscriber set language = 'ar'`.execute(house.db)

  const pages = [
    await (await house.web.request(link)).text(),
    await (await house.post(link)).text(),
  ]

  for (const page of pages) expect(page).toContain('<html lang="ar" dir="rtl">')
})

test.each(['unsubscribe', 'preferences', 'undo'] as const)(
  'a link of another purpose than its page, or an altered one, opens nothing: %s',
  async (purpose) => {
    const { house } = at
    const token = await readerToken(house, { email, purpose })
    const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    const paths = [`/u/${altered}`, `/u/${altered}/all`, `/undo/${altered}`, `/s/${token}`]
    if (purpose !== 'unsubscribe') paths.push(`/u/${token}`)

    const answers = await Promise.all(paths.map(async (path) => house.post(path)))

    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404))
    expect(await choicesOf(house, email)).toEqual(['breaking', 'daily'])
  },
)

test('100 rounds of GET, HEAD and OPTIONS on every link change nothing', async () => {
  const { house, link, linkOfAll, editionId } = at
  const paths = [
    link,
    `${link}/all`,
    linkOfAll,
    `/s/${await readerToken(house, { email, purpose: 'muteStory', reference: editionId })}`,
    `/undo/${await readerToken(house, { email, purpose: 'undo', reference: house.now.getTime() })}`,
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

test('a story is off for a day, and the page says so in hours', async () => {
  const { house, editionId } = at
  const path = `/s/${await readerToken(house, { email, purpose: 'muteStory', reference: editionId })}`

  const page = await (await house.post(path)).text()

  const { rows } = await sql<{ until: Date }>`select until from story_mute`.execute(house.db)
  expect(page).toContain('for 24 hours')
  expect(rows.map(({ until }) => until.getTime())).toEqual([house.now.getTime() + 24 * HOUR])
})
