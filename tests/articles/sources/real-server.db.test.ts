import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { answers, gives, givesTagged } from '../../support/news-server.ts'
import { openFeed, rssOf, type } from './real-feed.ts'

test('an unchanged feed answers 304 to its tag', async () => {
  await using feed = await openFeed()

  expect(await feed.poll()).toEqual({ kind: 'unchanged' })
  expect(feed.server.requests.at(-1)?.headers['if-none-match']).toBe('"1"')
})

test('what is new is found', async () => {
  await using feed = await openFeed()
  feed.server.on(
    '/feed',
    givesTagged(rssOf(feed.server.url, ['two', 'one']), { etag: '"2"', type }),
  )

  expect(await feed.poll()).toMatchObject({ kind: 'read', fresh: 1, held: null })
})

test('a feed that is gone is said to be gone', async () => {
  await using feed = await openFeed()
  feed.server.on('/feed', answers(410))

  expect(await feed.poll()).toMatchObject({ kind: 'gone' })
  expect(await feed.row()).toMatchObject({ state: 'gone' })
})

test('a feed that moved for good is asked at its new address', async () => {
  await using feed = await openFeed()
  feed.server.on('/feed', answers(301, { location: '/new-feed' }))
  feed.server.on('/new-feed', gives(rssOf(feed.server.url, ['one']), { 'content-type': type }))

  await feed.poll()

  expect(await feed.row()).toMatchObject({ url: `${feed.server.url}/new-feed` })
})

test.each([
  [
    'a redirect into our own network',
    answers(302, { location: 'http://169.254.169.254/' }),
    /not a public web address/,
  ],
  ['a page', gives('<!doctype html><html><body>Sign in</body></html>'), /web page, not a feed/],
  ['a server error', answers(500), /error of its own \(500\)/],
  ['a broken feed', gives('<rss><channel><item', { 'content-type': type }), /not a feed|broken/],
])('%s is a failure in words, and nothing is lost', async (_, answer, words) => {
  await using feed = await openFeed()
  feed.server.on('/feed', answer)

  expect(await feed.poll()).toMatchObject({ kind: 'failed', error: expect.stringMatching(words) })
  expect(await feed.row()).toMatchObject({ error: expect.stringMatching(words) })
})

test('a server that drips is given up', async () => {
  await using feed = await openFeed({ timeoutMs: 300 })
  feed.server.on('/feed', async (_request, response) => {
    response.writeHead(200, { 'content-type': type })
    while (!response.destroyed) {
      response.write('<item/>')
      await sleep(10)
    }
  })

  expect(await feed.poll()).toMatchObject({
    kind: 'failed',
    error: expect.stringMatching(/took longer than 0\.3 s/),
  })
})

test('a site that wants to be left alone is left alone', async () => {
  await using feed = await openFeed()
  feed.server.on('/feed', answers(429, { 'retry-after': '7200' }))

  await feed.poll()

  const { rows } = await sql<{ pollAt: Date }>`select poll_at as "pollAt" from source`.execute(
    feed.house.db,
  )
  expect(rows[0]?.pollAt.getTime()).toBeGreaterThanOrEqual(feed.house.now.getTime() + 7_200_000)
})
