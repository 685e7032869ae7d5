import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { addSource } from '#articles/sources/add-source.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { readFeed } from '#articles/sources/read-feed.ts'
import { openHouse } from '../../house.ts'
import { answers, gives, givesTagged, openNewsServer } from '../../support/news-server.ts'

const type = 'application/xml'
const NOW = new Date('2026-11-22T06:30:00Z')
const DAY = 86_400_000

const ago = (days: number) => new Date(NOW.getTime() - days * DAY).toISOString()

function indexOf(children: { url: string; days?: number }[]): string {
  const entries = children.map(
    ({ url, days }) =>
      `<sitemap><loc>${url}</loc>${days === undefined ? '' : `<lastmod>${ago(days)}</lastmod>`}</sitemap>`,
  )
  return `<?xml version="1.0"?><sitemapindex xmlns="x">${entries.join('')}</sitemapindex>`
}

function sitemapOf(entries: { url: string; days: number }[]): string {
  const all = entries.map(
    ({ url, days }) => `<url><loc>${url}</loc><lastmod>${ago(days)}</lastmod></url>`,
  )
  return `<urlset>${all.join('')}</urlset>`
}

async function openSite() {
  const server = await openNewsServer()
  const fetch = createFetcher(server.fetching)
  const { url } = server
  return {
    server,
    fetch,
    url,
    index: (children: { path: string; days?: number }[]) =>
      server.on(
        '/index.xml',
        givesTagged(
          indexOf(children.map(({ path, ...more }) => ({ url: new URL(path, url).href, ...more }))),
          {
            etag: '"index"',
            type,
          },
        ),
      ),
    child(path: string, entries: { at: string; days: number }[]) {
      const xml = sitemapOf(entries.map(({ at, days }) => ({ url: `${url}${at}`, days })))
      server.on(path, gives(xml, { 'content-type': type }))
    },
    async read(since: Date | null = null) {
      const fetched = await fetch({ url: `${url}/index.xml`, accepts: /xml/ })
      return (await readFeed({ fetch }, fetched, since)).feed
    },
    asked: () => server.requests.map(({ path }) => path),
    [Symbol.asyncDispose]: async () => server[Symbol.asyncDispose](),
  }
}

test('behind an index the five sitemaps that changed last are read, the newest items first', async () => {
  await using site = await openSite()
  const days = [3, 1, 6, 2, 5, 4, 7]
  site.index(days.map((day) => ({ path: `/${day}.xml`, days: day })))
  for (const day of days) site.child(`/${day}.xml`, [{ at: `/story-${day}`, days: day }])

  const feed = await site.read()

  expect(feed.items.map(({ url }) => url)).toEqual(
    [1, 2, 3, 4, 5].map((day) => `${site.url}/story-${day}`),
  )
  expect(feed).toMatchObject({ format: 'sitemap', siteUrl: `${site.url}/`, dropped: 0 })
  expect(site.asked().filter((path) => /\d/.test(path))).toHaveLength(5)
})

test('only what changed since the last time is read again, and no story of former months', async () => {
  await using site = await openSite()
  site.index([
    { path: '/new.xml', days: 0 },
    { path: '/old.xml', days: 9 },
    { path: '/undated.xml' },
  ])
  site.child('/new.xml', [
    { at: '/today', days: 0 },
    { at: '/spring', days: 200 },
  ])
  site.child('/old.xml', [{ at: '/older', days: 9 }])
  site.child('/undated.xml', [{ at: '/yesterday', days: 1 }])

  const feed = await site.read(new Date(NOW.getTime() - 2 * DAY))

  expect(feed.items.map(({ url }) => url)).toEqual([`${site.url}/today`, `${site.url}/yesterday`])
  expect(site.asked()).not.toContain('/old.xml')
})

test('sitemaps of other sites, in our own network and lists within lists are not followed', async () => {
  await using site = await openSite()
  site.index([
    { path: 'http://169.254.169.254/sitemap.xml', days: 0 },
    { path: `http://elsewhere.example:${site.server.port}/sitemap.xml`, days: 0 },
    { path: '/index.xml', days: 0 },
    { path: '/own.xml', days: 1 },
  ])
  site.child('/own.xml', [{ at: '/story', days: 1 }])

  const feed = await site.read()

  expect(feed.items.map(({ url }) => url)).toEqual([`${site.url}/story`])
  expect(site.asked()).toEqual(['/index.xml', '/index.xml', '/own.xml'])
})

test('a sitemap that is out of order does not keep the others away; where all are, it is said', async () => {
  await using site = await openSite()
  site.index([
    { path: '/broken.xml', days: 0 },
    { path: '/own.xml', days: 1 },
  ])
  site.server.on('/broken.xml', answers(500))
  site.child('/own.xml', [{ at: '/story', days: 1 }])

  const some = await site.read()
  site.server.on('/own.xml', answers(404))

  expect(some.items).toHaveLength(1)
  await expect(site.read()).rejects.toThrow(/answered 500 instead of the sitemap/)
})

test('a packed sitemap is unpacked', async () => {
  await using site = await openSite()
  site.index([{ path: '/own.xml.gz', days: 0 }])
  const packed = gzipSync(sitemapOf([{ url: `${site.url}/story`, days: 0 }]))
  site.server.on('/own.xml.gz', gives(packed, { 'content-type': 'application/x-gzip' }))

  expect((await site.read()).items).toHaveLength(1)
})

test('an index is added like a feed, and asked again in full though it never changes itself', async () => {
  await using house = await openHouse({ now: NOW })
  await using site = await openSite()
  site.index([{ path: '/own.xml' }])
  site.child('/own.xml', [{ at: '/one', days: 1 }])
  const polling = { ...openPolling(house.context), fetch: site.fetch, pace: async () => undefined }
  const { source, poll } = await addSource(polling, { url: `${site.url}/index.xml` })
  site.child('/own.xml', [
    { at: '/one', days: 1 },
    { at: '/two', days: 0 },
  ])
  house.wait(DAY)

  const again = await pollSource(polling, { sourceId: source.id })

  expect(source.kind).toBe('sitemap')
  expect(poll).toMatchObject({ kind: 'read', seeding: true, items: 1 })
  expect(again).toMatchObject({ kind: 'read', seeding: false, fresh: 1 })
})
