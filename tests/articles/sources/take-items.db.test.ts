import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addSource } from '#articles/sources/add-source.ts'
import { dropBatch, releaseBatch } from '#articles/sources/change-source.ts'
import { claimItems } from '#articles/sources/items/item-store.ts'
import { takeItems } from '#articles/sources/items/take-items.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { getSource } from '#articles/sources/source.ts'
import { sweepSourceNotices } from '#articles/sources/sweep-sources.ts'
import { type House, openHouse } from '../../house.ts'
import { bodyOf, FEED_URL, feedOf, item, items, openNewsroom } from './feed-fixture.ts'

const HOUR = 3_600_000

async function openWithFeed(house: House, first: object[] = []) {
  const newsroom = openNewsroom(house)
  newsroom.answer = { text: feedOf(first) }
  const { source } = await addSource(newsroom, { url: FEED_URL })
  const bring = async (all: object[]) => {
    newsroom.answer = { text: feedOf(all) }
    house.wait(HOUR)
    const outcome = await pollSource(newsroom, { sourceId: source.id, insist: true })
    house.jobs.length = 0
    return outcome
  }
  house.jobs.length = 0
  return { newsroom, sourceId: source.id, bring }
}

async function articlesOf({ db }: House) {
  const { rows } = await sql<{
    headline: string
    seeded: boolean
    revisions: number
    source: string
  }>`
    select r.headline, a.seeded, a.current_revision as revisions, s.name as source
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join source s on s.id = a.source_id
     order by a.id`.execute(db)
  return rows
}

async function itemsOf({ db }: House) {
  const { rows } = await sql<{
    key: string
    state: string
    attempts: number
    retryAt: Date | null
    error: string | null
    articleId: number | null
    kept: boolean
  }>`
    select item_key as key, state, attempts, retry_at as "retryAt", error, article_id as "articleId"
         , item is not null as kept
      from source_item order by item_key`.execute(db)
  return rows
}

test('items become articles of their source: history is seeded, what came later is not', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house, items(1, 2))
  await bring(items(1, 3))

  const taken = await takeItems(newsroom, { sourceId })

  expect(taken).toEqual({ taken: 3, failed: 0, putOff: 0 })
  expect(
    (await articlesOf(house)).toSorted((a, b) => a.headline.localeCompare(b.headline)),
  ).toEqual(
    [1, 2, 3].map((number) => ({
      headline: `Harbour report number ${number}`,
      seeded: number < 3,
      revisions: 1,
      source: 'The Harbour Courier',
    })),
  )
  expect(await itemsOf(house)).toMatchObject(
    Array.from({ length: 3 }, () => ({ state: 'taken', kept: false, error: null })),
  )
})

test('an item that changed becomes a revision of its article, and history stays history', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house, [item(1)])
  await takeItems(newsroom, { sourceId })
  await bring([item(1, { title: 'Harbour report number 1, corrected' })])
  newsroom.pages.set('https://courier.example/news/1', { html: bodyOf('1, not 2,') })

  await takeItems(newsroom, { sourceId })

  expect(await articlesOf(house)).toMatchObject([{ revisions: 2, seeded: true }])
})

test('a new guid or date for the same article is no new article', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house, [item(1)])
  await takeItems(newsroom, { sourceId })
  await bring([item(1, { id: 'renamed', date_published: '2026-11-22T06:29:00Z' })])

  const taken = await takeItems(newsroom, { sourceId })

  expect(taken.taken).toBe(1)
  expect(await articlesOf(house)).toMatchObject([{ revisions: 1 }])
})

test('a page that cannot be read is tried five times, ever later, and then given up on in words', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  await bring([item(1), item(2)])
  newsroom.pages.set('https://courier.example/news/1', 'This page holds no article.')

  const waits: number[] = []
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await takeItems(newsroom, { sourceId })
    const [{ retryAt } = { retryAt: null }] = await itemsOf(house)
    waits.push(retryAt === null ? 0 : (retryAt.getTime() - house.now.getTime()) / 60_000)
    house.wait(6 * HOUR)
  }
  await takeItems(newsroom, { sourceId })

  expect(waits).toEqual([5, 20, 80, 320, 0])
  expect(await itemsOf(house)).toMatchObject([
    { state: 'failed', attempts: 5, error: 'This page holds no article.' },
    { state: 'taken' },
  ])
  expect(newsroom.readPages.filter((url) => url.endsWith('/1'))).toHaveLength(5)
})

test('where the page cannot be read and the feed holds enough of the article, the feed is read', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  newsroom.pages.set('https://courier.example/news/1', 'robots.txt forbids it.')
  await bring([item(1, { content_html: bodyOf(1) })])

  const taken = await takeItems(newsroom, { sourceId })

  expect(taken.taken).toBe(1)
  expect(await articlesOf(house)).toMatchObject([{ headline: 'Harbour report number 1' }])
})

test('a feed whose articles are read from the feed itself asks for no page', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  await sql`update source set body_from = 'feed'`.execute(house.db)
  await bring([item(1, { content_html: bodyOf(1) })])

  await takeItems(newsroom, { sourceId })

  expect(newsroom.readPages).toEqual([])
  expect(await articlesOf(house)).toHaveLength(1)
})

test('what a killed process had in hand is taken again later, and once', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  await bring([item(1)])
  const until = new Date(house.now.getTime() + 3 * 60_000)
  await claimItems(house.db, { sourceId, limit: 3, now: house.now, until })

  const atOnce = await takeItems(newsroom, { sourceId })
  house.wait(3 * 60_000)
  const later = await takeItems(newsroom, { sourceId })

  expect([atOnce.taken, later.taken]).toEqual([0, 1])
  expect(await articlesOf(house)).toHaveLength(1)
})

test('an item that brings every process down is given up on', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  await bring([item(1)])
  for (let kill = 0; kill < 5; kill += 1)
    await claimItems(house.db, { sourceId, limit: 1, now: house.now, until: house.now })

  await takeItems(newsroom, { sourceId })

  expect(newsroom.readPages).toEqual([])
  expect(await itemsOf(house)).toMatchObject([{ state: 'failed' }])
})

test('an error of our own at one item is logged, and does not keep the others', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  await bring(items(1, 3))
  const { readPage } = newsroom
  const tripping = async (url: string) => {
    if (url.endsWith('/2')) throw new TypeError('a bug')
    return readPage(url)
  }

  const done = await takeItems({ ...newsroom, readPage: tripping }, { sourceId })

  expect(done).toEqual({ taken: 2, failed: 1, putOff: 0 })
  expect(house.lines.join()).toContain('a bug')
  expect((await itemsOf(house)).find(({ key }) => key === 'courier-2')).toMatchObject({
    state: 'waiting',
    error: 'Daybreak itself failed at this item. The log says why.',
  })
})

test('two processes share the items, and none is taken twice', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  await bring(items(1, 9))

  const done = await Promise.all([
    takeItems(newsroom, { sourceId }),
    takeItems(newsroom, { sourceId }),
  ])

  expect(done[0].taken + done[1].taken).toBe(9)
  expect(newsroom.readPages).toHaveLength(9)
})

test('a host whose turn is far off is waited for without an attempt', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  await bring([item(1)])
  const until = new Date(house.now.getTime() + 30_000)

  const done = await takeItems({ ...newsroom, pace: async () => until }, { sourceId })

  expect(done.putOff).toBe(1)
  expect(await itemsOf(house)).toMatchObject([{ state: 'waiting', attempts: 0, retryAt: until }])
})

test('more than a turn holds leaves a job for the rest, so that other feeds have theirs', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house, items(1, 40))

  const done = await takeItems(newsroom, { sourceId })

  expect(done.taken).toBe(30)
  expect(house.jobs).toContainEqual({ name: 'take-items', data: { sourceId } })
})

test('far more than is usual is held and told, until a person releases it', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  for (let poll = 0; poll < 6; poll += 1) await bring(items(poll * 3 + 1, poll * 3 + 3))
  await takeItems(newsroom, { sourceId })
  const before = await articlesOf(house)
  const source = await getSource(house.db, sourceId)
  const notices: { key: string; subject: string; lines: string[] }[] = []

  const outcome = await bring(items(100, 146))
  const idle = await takeItems(newsroom, { sourceId })
  await sweepSourceNotices(house.context, async (notice) => notices.push(notice))
  const released = await releaseBatch(house.context, { source, operatorId: null })
  const taken = await takeItems(newsroom, { sourceId })

  expect(before).toHaveLength(18)
  expect(outcome).toMatchObject({ fresh: 47, held: { usual: 3 } })
  expect(idle.taken).toBe(0)
  expect(notices).toMatchObject([{ subject: 'The Harbour Courier: 47 new articles are held' }])
  expect(notices[0]?.lines[0]).toContain('3 are usual')
  expect(released).toBe(47)
  expect(taken.taken).toBe(30)
})

test('a batch that is dropped is never read, and a second word on it is refused', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId, bring } = await openWithFeed(house)
  for (let poll = 0; poll < 6; poll += 1) await bring(items(poll * 3 + 1, poll * 3 + 3))
  await takeItems(newsroom, { sourceId })
  await bring(items(100, 146))
  const source = await getSource(house.db, sourceId)

  const dropped = await dropBatch(house.context, { source, operatorId: null })
  const taken = await takeItems(newsroom, { sourceId })
  const again = await bring(items(100, 146))

  expect([dropped, taken.taken]).toEqual([47, 0])
  expect(again).toMatchObject({ fresh: 0, changed: 0 })
  await expect(dropBatch(house.context, { source, operatorId: null })).rejects.toThrow(
    'nothing of "The Harbour Courier" is held',
  )
})
