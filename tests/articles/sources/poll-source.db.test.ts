import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addSource } from '#articles/sources/add-source.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { getSource } from '#articles/sources/source.ts'
import { sweepSources } from '#articles/sources/sweep-sources.ts'
import { takeFeedContent } from '#articles/sources/take-feed.ts'
import { type House, openHouse } from '../../house.ts'
import { FEED_URL, feedOf, item, items, openNewsroom } from './feed-fixture.ts'

const HOUR = 3_600_000

async function openWithFeed(house: House, first = items(1, 3)) {
  const newsroom = openNewsroom(house)
  newsroom.answer = { text: feedOf(first), etag: '"one"', lastModified: 'yesterday' }
  const { source } = await addSource(newsroom, { url: FEED_URL })
  newsroom.asked.length = 0
  house.jobs.length = 0
  return { newsroom, sourceId: source.id }
}

async function itemsOf({ db }: House) {
  const { rows } = await sql<{ key: string; state: string; seeded: boolean }>`
    select item_key as key, state, seeded from source_item order by item_key`.execute(db)
  return rows
}

async function pollsOf({ db }: House) {
  const { rows } = await sql<{
    status: number | null
    items: number
    fresh: number
    error: string | null
  }>`
    select status, items, fresh, error from source_poll order by at`.execute(db)
  return rows
}

test('the first poll is history: what is there is seeded, the newest fifty to be read, the others only remembered', async () => {
  await using house = await openHouse()

  await openWithFeed(house, items(1, 60))

  const rows = await itemsOf(house)
  expect(rows.every(({ seeded }) => seeded)).toBe(true)
  expect(rows.filter(({ state }) => state === 'waiting')).toHaveLength(50)
  expect(rows.filter(({ state }) => state === 'dropped').map(({ key }) => key)).toEqual(
    items(51, 60).map(({ id }) => id),
  )
})

test('a poll asks with the validators of the last answer, and an unchanged feed costs nothing', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  newsroom.answer = { status: 304 }
  house.wait(HOUR)

  const outcome = await pollSource(newsroom, { sourceId })

  expect(outcome).toEqual({ kind: 'unchanged' })
  expect(newsroom.asked).toMatchObject([{ etag: '"one"', lastModified: 'yesterday' }])
  expect(await getSource(house.db, sourceId)).toMatchObject({
    etag: '"one"',
    lastModified: 'yesterday',
    succeededAt: house.now,
    state: 'active',
  })
  expect(house.jobs).toEqual([])
  expect(await pollsOf(house)).toMatchObject([
    { status: 200, items: 3, fresh: 3 },
    { status: 304, items: 0, fresh: 0 },
  ])
})

test('what is new after the first poll waits to be read and is no history; what is known is not noted twice', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  newsroom.answer = { text: feedOf([item(9), ...items(1, 3)]) }
  house.wait(HOUR)

  const outcome = await pollSource(newsroom, { sourceId })

  expect(outcome).toMatchObject({ kind: 'read', items: 4, fresh: 1, changed: 0, seeding: false })
  expect((await itemsOf(house)).filter(({ seeded }) => !seeded)).toEqual([
    { key: 'courier-9', state: 'waiting', seeded: false },
  ])
  expect(house.jobs).toEqual([{ name: 'take-items', data: { sourceId } }])
})

test('an item whose words changed waits again; a new date, new markup or the same words do not wake it', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  await sql`update source_item set state = 'taken', item = null`.execute(house.db)
  newsroom.answer = {
    text: feedOf([
      item(1, { summary: 'What happened at quay 1, corrected.' }),
      item(2, { date_published: '2026-11-22T06:29:00Z' }),
      item(3, { summary: '<b>What happened</b> at quay 3.' }),
    ]),
  }
  house.wait(HOUR)

  const outcome = await pollSource(newsroom, { sourceId })

  expect(outcome).toMatchObject({ fresh: 0, changed: 1 })
  expect(await itemsOf(house)).toMatchObject([
    { key: 'courier-1', state: 'waiting', seeded: true },
    { key: 'courier-2', state: 'taken' },
    { key: 'courier-3', state: 'taken' },
  ])
})

test('a source is polled by one process at a time, and not before it is due', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)

  const early = await pollSource(newsroom, { sourceId })
  house.wait(HOUR)
  const both = await Promise.all([
    pollSource(newsroom, { sourceId }),
    pollSource(newsroom, { sourceId }),
  ])

  expect(early).toEqual({ kind: 'not due' })
  expect(both.map(({ kind }) => kind).toSorted()).toEqual(['not due', 'read'])
  expect(newsroom.asked).toHaveLength(1)
})

test('a poll that was killed is made again when its claim has lapsed', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  house.wait(HOUR)
  const surprise = { ...newsroom, fetch: () => Promise.reject(new TypeError('killed')) }

  await expect(pollSource(surprise, { sourceId })).rejects.toThrow('cannot poll source')
  const at_once = await pollSource(newsroom, { sourceId })
  house.wait(3 * 60_000)
  const later = await pollSource(newsroom, { sourceId })

  expect([at_once.kind, later.kind]).toEqual(['not due', 'read'])
})

test('a feed that moved for good is asked at its new address, unless another feed has that', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  const text = feedOf(items(1, 3))
  newsroom.answer = { text, permanentUrl: 'https://courier.example/new.json' }
  house.wait(HOUR)

  await pollSource(newsroom, { sourceId })
  newsroom.answer = { text: feedOf([], { title: 'The other' }) }
  await addSource(newsroom, { url: 'https://other.example/feed.json' })
  newsroom.answer = { text, permanentUrl: 'https://other.example/feed.json' }
  house.wait(HOUR)
  const refused = await pollSource(newsroom, { sourceId })

  expect(refused).toMatchObject({ kind: 'read', moved: null })
  expect((await getSource(house.db, sourceId)).url).toBe('https://courier.example/new.json')
})

test('a host whose turn is far off puts the poll off, and that is no failure', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  house.wait(HOUR)
  const until = new Date(house.now.getTime() + 30_000)

  const outcome = await pollSource({ ...newsroom, pace: async () => until }, { sourceId })

  expect(outcome).toEqual({ kind: 'put off', until })
  expect(newsroom.asked).toEqual([])
  expect(await getSource(house.db, sourceId)).toMatchObject({ pollAt: until, failures: 0 })
})

test('what a hub hands over goes the same way as a poll, also when both bring it at once', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  const text = feedOf([item(9), ...items(1, 3)])
  const bytes = new TextEncoder().encode(text)
  newsroom.answer = { text }
  house.wait(HOUR)

  const [polled, told] = await Promise.all([
    pollSource(newsroom, { sourceId }),
    takeFeedContent(house.context, { sourceId, bytes, contentType: 'application/feed+json' }),
  ])

  expect(
    [polled, told].map((each) => ('fresh' in each ? each.fresh : -1)).toSorted((a, b) => a - b),
  ).toEqual([0, 1])
  expect((await itemsOf(house)).filter(({ seeded }) => !seeded)).toHaveLength(1)
})

test('the sweep leaves jobs for what is due and for items that wait, and none for what is paused', async () => {
  await using house = await openHouse()
  const { sourceId } = await openWithFeed(house)
  house.wait(HOUR)

  await sweepSources(house.context)
  const jobs = [...house.jobs]
  house.jobs.length = 0
  await sql`update source set state = 'paused', poll_at = null`.execute(house.db)
  await sweepSources(house.context)

  expect(jobs).toEqual([
    { name: 'poll-source', data: { sourceId } },
    { name: 'take-items', data: { sourceId } },
  ])
  expect(house.jobs).toEqual([])
})

test('characters that a database does not take are taken out', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  newsroom.answer = { text: feedOf([item(9, { summary: 'NUL \0 and half \ud800 a letter' })]) }
  house.wait(HOUR)

  expect(await pollSource(newsroom, { sourceId })).toMatchObject({ kind: 'read', fresh: 1 })
})

test('an item that the feed has not offered for three months is forgotten, one that it offers still is not', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house, items(1, 3))
  await sql`update source_item set state = 'taken' where item_key <> 'courier-3'`.execute(house.db)
  newsroom.answer = { text: feedOf(items(2, 2)) }
  const keys = async () => (await itemsOf(house)).map(({ key }) => key)

  house.wait(60 * 24 * HOUR)
  await pollSource(newsroom, { sourceId })
  const soon = await keys()
  house.wait(60 * 24 * HOUR)
  await pollSource(newsroom, { sourceId })

  expect(soon).toEqual(['courier-1', 'courier-2', 'courier-3'])
  expect(await keys()).toEqual(['courier-2', 'courier-3'])
})

test('a feed that answered 304 for half a year has no old items for new', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house, items(1, 3))
  await sql`update source_item set state = 'dropped'`.execute(house.db)
  newsroom.answer = { status: 304 }
  house.wait(180 * 24 * HOUR)
  await pollSource(newsroom, { sourceId, insist: true })
  newsroom.answer = { text: feedOf(items(0, 3)) }

  expect(await pollSource(newsroom, { sourceId, insist: true })).toMatchObject({ fresh: 1 })
})
