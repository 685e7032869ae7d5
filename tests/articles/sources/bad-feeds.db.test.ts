import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { answers, gives, type Received } from '../../support/news-server.ts'
import { openFeed, rssOf, type } from './real-feed.ts'

const MB = 2 ** 20
const SITE = 'https://courier.example'
const xml = { 'content-type': type }

/** Blank bytes for ever, until whoever asks hangs up. */
function givesForEver(headers: Record<string, string>, part: Buffer) {
  return (_request: Received, response: ServerResponse) => {
    response.writeHead(200, headers)
    const more = () => {
      while (!response.destroyed && response.write(part));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }
}

test.each([
  [
    'more than 10 MB',
    givesForEver(xml, Buffer.alloc(MB, ' ')),
    /feed is too large: more than 10 MB/,
  ],
  [
    'a gzip bomb',
    gives(gzipSync(Buffer.alloc(200 * MB)), { ...xml, 'content-encoding': 'gzip' }),
    /feed is too large: more than 10 MB/,
  ],
  [
    'a gzip file that is a bomb',
    gives(gzipSync(Buffer.alloc(200 * MB)), { 'content-type': 'application/gzip' }),
    /broken, or larger than 10 MB/,
  ],
  ['a page', gives('<!doctype html><html><body>Sign in</body></html>'), /web page, not a feed/],
  ['a picture', gives('x', { 'content-type': 'image/png' }), /image\/png, not a feed/],
  ['nothing', gives('', xml), /feed is empty/],
  ['XML that ends at once', gives('<rss><channel><item', xml), /not a feed|broken/],
  ['a hundred thousand tags in each other', gives('<a>'.repeat(100_000), xml), /feed/],
  [
    'a way into the cloud',
    answers(302, { location: 'http://169.254.169.254/' }),
    /not a public web/,
  ],
  [
    'a way to this machine',
    answers(301, { location: 'http://[::ffff:127.0.0.1]/' }),
    /not a public web/,
  ],
  ['a way to a file', answers(302, { location: 'file:///etc/passwd' }), /Only http and https/],
  ['a circle', answers(302, { location: '/feed' }), /redirects in a circle/],
])(
  'a feed that has become %s is shown as that, and keeps what it was',
  async (_, answer, words) => {
    await using feed = await openFeed()
    feed.server.on('/feed', answer)

    expect(await feed.poll()).toMatchObject({ kind: 'failed', error: expect.stringMatching(words) })
    expect(await feed.row()).toMatchObject({ url: `${feed.server.url}/feed`, state: 'active' })
    expect(await feed.list()).toMatch(words)
    expect(await feed.keys()).toEqual(['one'])
  },
)

test('entities in each other and entities of files and addresses stay what they are, and nothing is asked for them', async () => {
  await using feed = await openFeed()
  const entities = Array.from(
    { length: 30 },
    (_, level) => `<!ENTITY e${level + 1} "&e${level};&e${level};&e${level};">`,
  )
  feed.server.on(
    '/feed',
    gives(
      `<!DOCTYPE rss [<!ENTITY e0 "lol">${entities.join('')}<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY far SYSTEM "${feed.server.url}/secret">]>${rssOf(SITE, ['&e30;', '&file;&far;', 'two'])}`,
      xml,
    ),
  )

  const outcome = await feed.poll()

  expect(outcome).toMatchObject({ kind: 'read' })
  expect(await feed.keys()).toContain('two')
  expect((await feed.keys()).join(' ')).not.toMatch(/lollol|root:/)
  expect(feed.server.requests.map(({ path }) => path)).not.toContain('/secret')
})

test('of a hundred thousand items two thousand are seen, and more than is usual is held', async () => {
  await using feed = await openFeed()
  for (let poll = 0; poll < 5; poll += 1) await feed.poll()
  feed.house.wait(3 * 86_400_000)
  await feed.poll()
  const titles = Array.from({ length: 100_000 }, (_, index) => `n${index}`)
  feed.server.on('/feed', gives(rssOf('https://h.eu', titles), xml))

  const outcome = await feed.poll()

  expect(outcome).toMatchObject({ kind: 'read', items: 2000, held: {} })
  expect(await feed.list()).toMatch(/held/)
})

test('text in another charset than the server says is read by what the bytes are', async () => {
  await using feed = await openFeed()
  feed.server.on(
    '/feed',
    gives(Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${rssOf(SITE, ['Fähre'])}`), {
      'content-type': 'text/xml; charset=iso-8859-1',
    }),
  )

  await feed.poll()

  expect(await feed.keys()).toContain('Fähre')
})

test('what is whole of a truncated feed is taken', async () => {
  await using feed = await openFeed()
  const whole = rssOf(SITE, ['two', 'three'])
  feed.server.on('/feed', gives(whole.slice(0, whole.indexOf('three') + 3), xml))

  expect(await feed.poll()).toMatchObject({ kind: 'read', fresh: 1 })
  expect(await feed.keys()).toEqual(['one', 'two'])
})

test('a name that answers with our own network by now is not asked, and the feed says so', async () => {
  const answersOfName = [['127.0.0.1', '10.0.0.5']]
  await using feed = await openFeed({ resolve: async () => answersOfName.shift() ?? [] })
  const before = feed.server.requests.length

  expect(await feed.poll()).toMatchObject({
    kind: 'failed',
    error: expect.stringMatching(/not a public web address/),
  })
  expect(await feed.list()).toMatch(/not a public web address/)
  expect(feed.server.requests).toHaveLength(before)
})

test('a name that changes between the look and a redirect is asked once, and then refused', async () => {
  const answersOfName = [['127.0.0.1'], ['127.0.0.2']]
  await using feed = await openFeed({ resolve: async () => answersOfName.shift() ?? [] })
  feed.server.on('/feed', answers(302, { location: '/moved' }))
  const before = feed.server.requests.length

  expect(await feed.poll()).toMatchObject({
    kind: 'failed',
    error: expect.stringMatching(/not a public web address/),
  })
  expect(feed.server.requests.slice(before).map(({ path }) => path)).toEqual(['/feed'])
})
