import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Fetch } from '#articles/fetching/fetch.ts'
import { addSource } from '#articles/sources/add-source.ts'
import { dropSource } from '#articles/sources/change-source.ts'
import { takeItems } from '#articles/sources/items/take-items.ts'
import { type House, openHouse } from '../../house.ts'
import { FEED_URL, feedOf, item, openNewsroom } from './feed-fixture.ts'

const SITE = 'https://courier.example/'

function link(href: string): string {
  return `<link rel="alternate" type="application/feed+json" href="${href}">`
}

function page(...links: string[]): string {
  return `<!doctype html><html><head><title>Courier</title>${links.join('')}</head><body><p>News</p></body></html>`
}

/** A newsroom whose web is these addresses; every other one answers 404. */
function openOnWeb(house: House, web: Record<string, string>) {
  const newsroom = openNewsroom(house)
  const answering = newsroom.fetch
  const fetch: Fetch = async (request) => {
    const text = web[request.url]
    newsroom.answer = text === undefined ? { status: 404 } : { text }
    return answering(request)
  }
  return Object.assign(newsroom, { fetch })
}

test('a feed is added by its address under its title, and asked only once', async () => {
  await using house = await openHouse()
  const newsroom = openOnWeb(house, { [FEED_URL]: feedOf([item(1)]) })

  const { source, found, poll } = await addSource(newsroom, { url: FEED_URL, rank: 80 })

  expect(source).toMatchObject({
    name: 'The Harbour Courier',
    url: FEED_URL,
    rank: 80,
    kind: 'feed',
  })
  expect(found).toBe(false)
  expect(poll).toMatchObject({ kind: 'read', seeding: true, items: 1 })
  expect(newsroom.asked).toHaveLength(1)
})

test('a page with one feed adds that feed', async () => {
  await using house = await openHouse()
  const newsroom = openOnWeb(house, { [SITE]: page(link('/feed.json')), [FEED_URL]: feedOf([]) })

  const { source, found } = await addSource(newsroom, { url: SITE })

  expect([source.url, found]).toEqual([FEED_URL, true])
})

test('a page with several feeds is refused with their addresses, and nothing is added', async () => {
  await using house = await openHouse()
  const newsroom = openOnWeb(house, { [SITE]: page(link('/a.json'), link('/b.json')) })

  await expect(addSource(newsroom, { url: SITE })).rejects.toThrow(
    /several feeds[\s\S]*courier\.example\/a\.json[\s\S]*courier\.example\/b\.json/,
  )
  const { rows } = await sql`select 1 from source`.execute(house.db)

  expect(rows).toEqual([])
})

test('a page without a feed is refused in words', async () => {
  await using house = await openHouse()
  const newsroom = openOnWeb(house, { [SITE]: page() })

  await expect(addSource(newsroom, { url: SITE })).rejects.toThrow('names no feed')
})

test.each([
  ['no address', 'not an address at all', 'not a web address'],
  ['a private scheme', 'file:///etc/passwd', 'not a web address'],
  ['nothing there', 'https://courier.example/missing', '404'],
])('%s is refused in words', async (_what, url, words) => {
  await using house = await openHouse()

  await expect(addSource(openOnWeb(house, {}), { url })).rejects.toThrow(words)
})

test('the same feed twice is refused by its name, also behind its page', async () => {
  await using house = await openHouse()
  const newsroom = openOnWeb(house, { [SITE]: page(link('/feed.json')), [FEED_URL]: feedOf([]) })
  await addSource(newsroom, { url: FEED_URL })

  for (const url of [FEED_URL, SITE])
    await expect(addSource(newsroom, { url })).rejects.toThrow(
      'this feed is here already, as "The Harbour Courier"',
    )
})

test('another feed of the same name is asked for a name of its own', async () => {
  await using house = await openHouse()
  const newsroom = openOnWeb(house, {
    [FEED_URL]: feedOf([]),
    'https://courier.example/sport.json': feedOf([]),
  })
  await addSource(newsroom, { url: FEED_URL })
  const url = 'https://courier.example/sport.json'

  await expect(addSource(newsroom, { url })).rejects.toThrow('--name')
  const { source } = await addSource(newsroom, { url, name: 'Courier sport' })

  expect(source.name).toBe('Courier sport')
})

test('a feed that was removed keeps its articles, and added again it is history once more', async () => {
  await using house = await openHouse()
  const newsroom = openOnWeb(house, { [FEED_URL]: feedOf([item(1)]) })
  const { source } = await addSource(newsroom, { url: FEED_URL })
  await takeItems(newsroom, { sourceId: source.id })

  await dropSource(house.context, { id: source.id })
  const again = await addSource(newsroom, { url: FEED_URL })
  await takeItems(newsroom, { sourceId: again.source.id })
  const { rows } = await sql`select 1 from article`.execute(house.db)

  expect(again.source.id).toBe(source.id)
  expect(again.poll).toMatchObject({ seeding: true, fresh: 1 })
  expect(rows).toHaveLength(1)
})
