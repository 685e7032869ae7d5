import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addSource } from '#articles/sources/add-source.ts'
import { changeSource } from '#articles/sources/change-source.ts'
import { takeItems } from '#articles/sources/items/take-items.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import type { Source } from '#articles/sources/source.ts'
import { sweepFlagged } from '#deliveries/alerts/sweep-flagged.ts'
import { listVerdicts } from '#editions/approval/verdict-store.ts'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import {
  bodyOf,
  FEED_URL,
  feedOf,
  item,
  type Newsroom,
  openNewsroom,
} from '../../articles/sources/feed-fixture.ts'
import { addReaders, type House, openHouse } from '../../house.ts'

const BREAKING = { tags: ['Harbour', 'Breaking News'] }

let house: House
let newsroom: Newsroom
let sourceId: number

beforeEach(async () => {
  house = await openHouse()
  newsroom = openNewsroom(house)
  await addReaders(house, 2)
  newsroom.answer = { text: feedOf([item(1, BREAKING)]) }
  const { source } = await addSource(newsroom, { url: FEED_URL })
  sourceId = source.id
})
afterEach(async () => house[Symbol.asyncDispose]())

async function trust(how: Source['alerts']): Promise<void> {
  await changeSource(house.context, { id: sourceId, change: { alerts: how } })
}

/** The feed brings these beside what it had. */
async function bring(...more: object[]): Promise<void> {
  newsroom.answer = { text: feedOf([item(1, BREAKING), ...more]) }
  house.wait(2 * 60_000)
  await pollSource(newsroom, { sourceId, insist: true })
  await takeItems(newsroom, { sourceId })
}

async function alerts(): Promise<{ id: number; subject: string; state: string }[]> {
  const { rows } = await sql<{ id: number; subject: string; state: string }>`
    select id, subject, state from edition where kind = 'alert' order by id`.execute(house.db)
  return rows
}

const sweep = async () => sweepFlagged(house.context)

test('breaking news of a feed that nobody trusts is an article like any other', async () => {
  await bring(item(2, BREAKING))
  await sweep()

  expect(await alerts()).toEqual([])
})

test('a trusted feed drafts one alert, which waits for a person; its history and its other items none', async () => {
  await trust('draft')
  await bring(item(2, BREAKING), item(3))
  await sweep()
  await sweep()

  expect(await alerts()).toMatchObject([{ subject: 'Harbour report number 2', state: 'in review' }])
})

test('a feed that may release alerts readers without a person, and the ledger says who said yes', async () => {
  await trust('release')
  await bring(item(2, BREAKING))
  await sweep()

  const [alert] = await alerts()
  expect(alert).toMatchObject({ state: 'sending' })
  expect(await listVerdicts(house.db, alert?.id ?? 0)).toMatchObject([
    {
      operatorId: null,
      verdict: 'approve',
      note: '“The Harbour Courier” may release alerts',
    },
  ])
})

test('beyond the day’s budget its alert waits for a person', async () => {
  await changeNewsletter(house.context, { slug: 'breaking', changes: { alertBudget: 1 } })
  await trust('release')
  newsroom.pages.set('https://courier.example/news/3', { html: bodyOf('of the lighthouse') })
  await bring(item(2, BREAKING))
  await sweep()
  await bring(
    item(2, BREAKING),
    item(3, { ...BREAKING, title: 'Lighthouse keepers vote on a strike' }),
  )
  await sweep()

  expect(await alerts()).toMatchObject([{ state: 'sending' }, { state: 'in review' }])
})

test('of what no alert can be made the desk hears once, and the others are not kept back', async () => {
  await trust('draft')
  await sql`update newsletter set slug = 'gone' where slug = 'breaking'`.execute(house.db)
  await bring(item(2, BREAKING))

  await sweep()
  await sweep()

  const notices = async () => {
    const { rows } = await sql<{ text: string }>`
      select f.text from service_mail m join service_form f on f.content_hash = m.form where m.kind = 'notice'`.execute(
      house.db,
    )
    return rows.map(({ text }) => text)
  }
  expect(await notices()).toMatchObject([
    expect.stringMatching(/breaking news, and .*\bbreaking\b/s),
  ])
  await sql`update newsletter set slug = 'breaking' where slug = 'gone'`.execute(house.db)
  await sweep()
  expect(await alerts()).toMatchObject([{ state: 'in review' }])
  expect(await notices()).toHaveLength(1)
})

test('what was flagged an hour ago alerts nobody any more', async () => {
  await trust('release')
  await bring(item(2, BREAKING))
  house.wait(61 * 60_000)
  await sweep()

  expect(await alerts()).toEqual([])
})
