import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { maxAgeOf, retryAfterOf } from '#articles/fetching/answer-headers.ts'
import { answers, gives, givesTagged, openNewsServer } from '../../support/news-server.ts'

const FEEDS = /^(application\/(rss\+xml|xml)|text\/xml)$/
const type = 'application/rss+xml'

describe('what is asked', () => {
  test('says who we are, where our owner is found, and that a feed is wanted', async () => {
    await using server = await openNewsServer()
    server.on('/feed', gives('<rss/>', { 'content-type': type }))
    const fetch = createFetcher({
      ...server.fetching,
      contact: new URL('https://courier.example/'),
    })

    await fetch({ url: `${server.url}/feed`, accepts: FEEDS })

    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': 'Daybreak/1 (newsletter digest service; +https://courier.example/)',
      accept: expect.stringMatching(/^application\/atom\+xml/),
    })
  })

  test('an unchanged feed costs its headers only', async () => {
    await using server = await openNewsServer()
    server.on('/feed', givesTagged('<rss/>', { etag: '"v1"', type }))
    const fetch = createFetcher(server.fetching)
    const asking = { url: `${server.url}/feed`, accepts: FEEDS }

    const first = await fetch(asking)
    const second = await fetch({ ...asking, etag: first.etag })

    expect(first).toMatchObject({ status: 200, etag: '"v1"' })
    expect(second).toMatchObject({ status: 304, etag: '"v1"' })
    expect(second.bytes).toHaveLength(0)
  })

  test('the date of the last change is shown where there is no tag', async () => {
    await using server = await openNewsServer()
    server.on('/feed', answers(304))
    const fetch = createFetcher(server.fetching)
    const lastModified = 'Sun, 22 Nov 2026 06:00:00 GMT'

    await fetch({ url: `${server.url}/feed`, accepts: FEEDS, lastModified })

    expect(server.requests[0]?.headers['if-modified-since']).toBe(lastModified)
  })

  test('a form is posted as forms are', async () => {
    await using server = await openNewsServer()
    server.on('/hub', answers(202))
    const fetch = createFetcher(server.fetching)

    const { status } = await fetch({
      url: `${server.url}/hub`,
      accepts: /./,
      method: 'POST',
      form: { 'hub.mode': 'subscribe', 'hub.topic': 'https://news.example/feed?a=1&b=2' },
    })

    expect(status).toBe(202)
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      body: 'hub.mode=subscribe&hub.topic=https%3A%2F%2Fnews.example%2Ffeed%3Fa%3D1%26b%3D2',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  })

  test.each([301, 302, 303])('a posted form is not repeated after %i', async (status) => {
    await using server = await openNewsServer()
    server.on('/hub', answers(status, { location: '/other' }))
    const fetch = createFetcher(server.fetching)

    const answer = await fetch({
      url: `${server.url}/hub`,
      accepts: /./,
      method: 'POST',
      form: { a: 'b' },
    })

    expect(answer.status).toBe(status)
    expect(server.requests).toHaveLength(1)
  })
})

describe('what is answered', () => {
  test.each([401, 404, 410, 500])('%i is an answer, not an error', async (status) => {
    await using server = await openNewsServer()
    server.on('/feed', answers(status))
    const fetch = createFetcher(server.fetching)

    const answer = await fetch({ url: `${server.url}/feed`, accepts: FEEDS })

    expect(answer).toMatchObject({ status, permanentUrl: null })
  })

  test('the wish to be left alone for a while is read', async () => {
    await using server = await openNewsServer()
    server.on('/feed', answers(429, { 'retry-after': '120', 'cache-control': 'max-age=600' }))
    const fetch = createFetcher(server.fetching)

    const answer = await fetch({ url: `${server.url}/feed`, accepts: FEEDS })

    expect(answer).toMatchObject({ status: 429, retryAfter: 120, maxAgeSeconds: 600 })
  })

  test('a feed that moved for good has a new address; one that moved for now has not', async () => {
    await using server = await openNewsServer()
    server.on('/old', answers(301, { location: '/older' }))
    server.on('/older', answers(308, { location: '/feed' }))
    server.on('/for-now', answers(301, { location: '/elsewhere' }))
    server.on('/elsewhere', answers(302, { location: '/feed' }))
    server.on('/feed', gives('<rss/>', { 'content-type': type }))
    const fetch = createFetcher(server.fetching)

    const moved = await fetch({ url: `${server.url}/old`, accepts: FEEDS })
    const visiting = await fetch({ url: `${server.url}/for-now`, accepts: FEEDS })

    expect(moved.permanentUrl).toBe(`${server.url}/feed`)
    expect(visiting).toMatchObject({ url: `${server.url}/feed`, permanentUrl: null })
  })

  test('a move for good to a page that is not there is no move', async () => {
    await using server = await openNewsServer()
    server.on('/old', answers(301, { location: '/nothing' }))
    const fetch = createFetcher(server.fetching)

    const answer = await fetch({ url: `${server.url}/old`, accepts: FEEDS })

    expect(answer).toMatchObject({ status: 404, permanentUrl: null })
  })
})

describe('what is refused', () => {
  test.each([
    'http://localhost/',
    'http://db.internal/',
    'http://printer.local./',
    'http://nas.lan/',
  ])('a name of the own network, whatever it answers with: %s', async (url) => {
    const fetch = createFetcher({ resolve: async () => ['93.184.215.14'] })

    await expect(fetch({ url, accepts: FEEDS })).rejects.toThrow(/not a public web address/)
  })

  test.each(['http://169.254.169.254/latest/', 'http://[::ffff:127.0.0.1]/', 'http://localhost/'])(
    'a redirect to %s',
    async (location) => {
      await using server = await openNewsServer()
      server.on('/feed', answers(302, { location }))
      const fetch = createFetcher(server.fetching)

      await expect(fetch({ url: `${server.url}/feed`, accepts: FEEDS })).rejects.toThrow(
        /not a public web address/,
      )
    },
  )

  test('a redirect to another scheme', async () => {
    await using server = await openNewsServer()
    server.on('/feed', answers(302, { location: 'file:///etc/passwd' }))
    const fetch = createFetcher(server.fetching)

    await expect(fetch({ url: `${server.url}/feed`, accepts: FEEDS })).rejects.toThrow(
      /Only http and https/,
    )
  })

  test('more than the request allows, counted as it is unpacked', async () => {
    await using server = await openNewsServer()
    const packed = gzipSync(Buffer.alloc(200_000, 'a'))
    server.on('/feed', gives(packed, { 'content-type': type, 'content-encoding': 'gzip' }))
    const fetch = createFetcher(server.fetching)
    const asking = { url: `${server.url}/feed`, accepts: FEEDS }

    await expect(fetch({ ...asking, maxBytes: 100_000 })).rejects.toThrow(/too large/)
    expect((await fetch({ ...asking, maxBytes: 300_000 })).bytes).toHaveLength(200_000)
  })

  test('a server that begins and never ends', async () => {
    await using server = await openNewsServer()
    server.on('/feed', async (_request, response) => {
      response.writeHead(200, { 'content-type': type })
      while (!response.destroyed) {
        response.write('<item/>')
        await sleep(10)
      }
    })
    const fetch = createFetcher({ ...server.fetching, timeoutMs: 200 })

    await expect(fetch({ url: `${server.url}/feed`, accepts: FEEDS })).rejects.toThrow(
      /took longer than 0\.2 s/,
    )
  })

  test('a picture where a feed should be', async () => {
    await using server = await openNewsServer()
    server.on('/feed', gives('x', { 'content-type': 'image/png' }))
    const fetch = createFetcher(server.fetching)

    await expect(fetch({ url: `${server.url}/feed`, accepts: FEEDS })).rejects.toThrow(
      /gives image\/png, not a feed/,
    )
  })
})

test.each([
  ['120', 120],
  ['0', 0],
  [' 7 ', 7],
  ['Sun, 22 Nov 2026 06:30:00 GMT', new Date('2026-11-22T06:30:00Z')],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['', null],
  [undefined, null],
])('Retry-After: %s', (text, expected) => {
  expect(retryAfterOf(text)).toEqual(expected)
})

test.each([
  ['max-age=600', 600],
  ['public, MAX-AGE="60"', 60],
  ['no-cache, max-age=600', 0],
  ['no-store', 0],
  ['s-maxage=5', null],
  ['max-age=-1', null],
  [undefined, null],
])('Cache-Control: %s', (text, expected) => {
  expect(maxAgeOf(text)).toBe(expected)
})
