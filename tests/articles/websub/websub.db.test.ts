import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { addSource } from '#articles/sources/add-source.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { renewSubscriptions } from '#articles/websub/subscribe.ts'
import { openWebHouse, type WebHouse } from '../../http/web-fixture.ts'
import { gives, type NewsServer, openNewsServer } from '../../support/news-server.ts'

const feedOf = (server: NewsServer, items: number[]) =>
  `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Harbour Courier</title><link>${server.url}/</link>
   <atom:link rel="hub" href="${server.url}/hub"/><atom:link rel="self" href="${server.url}/feed"/>
   ${items.map((number) => `<item><guid>c-${number}</guid><title>Report ${number}</title><link>${server.url}/news/${number}</link></item>`).join('')}</channel></rss>`

const RSS = { 'content-type': 'application/rss+xml' }

/** A paper whose feed names a hub; the hub takes wishes and keeps them. */
async function openHubbed({ publicUrl = 'https://daybreak.example' } = {}) {
  const house = await openWebHouse({ env: { PUBLIC_URL: publicUrl } })
  const server = await openNewsServer()
  server.on('/feed', (request, response) => gives(feedOf(server, [1]), RSS)(request, response))
  server.on('/hub', (_request, response) => response.writeHead(202).end())
  const polling = openPolling(house.context, server.fetching)
  const { source } = await addSource(polling, { url: `${server.url}/feed` })
  const fetch = createFetcher(server.fetching)
  return {
    house,
    server,
    source,
    renew: async () => renewSubscriptions({ ...house.context, fetch }),
    wishes: () =>
      server.requests
        .filter(({ path }) => path === '/hub')
        .map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

type Hubbed = Awaited<ReturnType<typeof openHubbed>>

async function wishOf({ renew, wishes }: Hubbed) {
  await renew()
  const wish = wishes().at(-1) ?? {}
  return {
    path: new URL(wish['hub.callback'] ?? 'http://none').pathname,
    topic: wish['hub.topic'] ?? '',
    secret: wish['hub.secret'] ?? '',
  }
}

async function verify(house: WebHouse, path: string, query: Record<string, string>) {
  return house.web.request(`${path}?${new URLSearchParams(query).toString()}`)
}

async function stateOf({ house }: Hubbed) {
  const { rows } = await sql<{ state: string; leaseUntil: Date | null }>`
    select state, lease_until as "leaseUntil" from websub_subscription`.execute(house.db)
  return rows[0]
}

async function deliver(
  house: WebHouse,
  { path, body, signature }: { path: string; body: string; signature: string | null },
) {
  return house.web.request(path, {
    method: 'POST',
    body,
    headers: { ...RSS, ...(signature === null ? {} : { 'X-Hub-Signature': signature }) },
  })
}

const signed = (body: string, secret: string, method = 'sha256') =>
  `${method}=${createHmac(method, secret).update(body).digest('hex')}`

async function itemsOf({ house }: Hubbed): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select item_key as key from source_item order by 1`.execute(house.db)
  return rows.map(({ key }) => key)
}

describe('asking the hub', () => {
  test('a feed that names a hub is subscribed to, with a secret and a path that nobody can guess', async () => {
    await using hubbed = await openHubbed()

    const { path, topic, secret } = await wishOf(hubbed)

    expect(topic).toBe(`${hubbed.server.url}/feed`)
    expect(path).toMatch(/^\/websub\/[\w-]{32}$/)
    expect(secret).toMatch(/^[\da-f]{64}$/)
  })

  test('the hub is asked once, and again only when it did not answer for an hour', async () => {
    await using hubbed = await openHubbed()

    await hubbed.renew()
    await hubbed.renew()
    const soon = hubbed.wishes().length
    hubbed.house.wait(61 * 60_000)
    await hubbed.renew()

    expect(soon).toBe(1)
    expect(hubbed.wishes()).toHaveLength(2)
  })

  test('a server without https asks no hub', async () => {
    await using hubbed = await openHubbed({ publicUrl: 'http://localhost:8080' })

    await hubbed.renew()

    expect(hubbed.wishes()).toHaveLength(0)
  })

  test('a hub that refuses is left alone for a week', async () => {
    await using hubbed = await openHubbed()
    hubbed.server.on('/hub', (_request, response) => response.writeHead(403).end())

    await hubbed.renew()
    hubbed.house.wait(6 * 86_400_000)
    await hubbed.renew()
    const within = hubbed.wishes().length
    hubbed.house.wait(2 * 86_400_000)
    await hubbed.renew()

    expect(within).toBe(1)
    expect(hubbed.wishes()).toHaveLength(2)
  })
})

describe('the challenge of the hub', () => {
  test('is answered as text where the wish was ours, and holds as long as the hub says', async () => {
    await using hubbed = await openHubbed()
    const { path, topic } = await wishOf(hubbed)

    const answer = await verify(hubbed.house, path, {
      'hub.mode': 'subscribe',
      'hub.topic': topic,
      'hub.challenge': '<b>c-1</b>',
      'hub.lease_seconds': '3600',
    })

    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await answer.text()).toBe('<b>c-1</b>')
    expect(await stateOf(hubbed)).toEqual({
      state: 'active',
      leaseUntil: new Date(hubbed.house.now.getTime() + 3_600_000),
    })
  })

  test.each([
    ['another feed', { 'hub.topic': 'https://other.example/feed' }],
    ['to end it', { 'hub.mode': 'unsubscribe' }],
  ])('is not answered when it is about %s', async (_, change) => {
    await using hubbed = await openHubbed()
    const { path, topic } = await wishOf(hubbed)
    const query = { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.challenge': 'c' }

    const answer = await verify(hubbed.house, path, { ...query, ...change })

    expect(answer.status).toBe(404)
    expect(await stateOf(hubbed)).toMatchObject({ state: 'asked' })
  })

  test('a subscription is renewed before it ends', async () => {
    await using hubbed = await openHubbed()
    const { path, topic } = await wishOf(hubbed)
    await verify(hubbed.house, path, {
      'hub.mode': 'subscribe',
      'hub.topic': topic,
      'hub.challenge': 'c',
      'hub.lease_seconds': String(3 * 86_400),
    })

    hubbed.house.wait(86_400_000)
    await hubbed.renew()
    const early = hubbed.wishes().length
    hubbed.house.wait(1.5 * 86_400_000)
    await hubbed.renew()

    expect(early).toBe(1)
    expect(hubbed.wishes()).toHaveLength(2)
    expect(await stateOf(hubbed)).toMatchObject({ state: 'active' })
  })
})

describe('what the hub brings', () => {
  test.each(['sha1', 'sha256', 'sha384', 'sha512'])(
    'with its signature (%s) is taken at once, without a fetch',
    async (method) => {
      await using hubbed = await openHubbed()
      const { path, secret } = await wishOf(hubbed)
      const body = feedOf(hubbed.server, [1, 2])
      const fetched = hubbed.server.requests.length

      const answer = await deliver(hubbed.house, {
        path,
        body,
        signature: signed(body, secret, method),
      })

      expect(answer.status).toBe(202)
      expect(await itemsOf(hubbed)).toEqual(['c-1', 'c-2'])
      expect(hubbed.server.requests).toHaveLength(fetched)
      expect(hubbed.house.jobs.at(-1)).toEqual({
        name: 'take-items',
        data: { sourceId: hubbed.source.id },
      })
    },
  )

  test.each([
    ['no signature', () => null],
    ['that of another secret', (body: string) => signed(body, 'guess')],
    ['that of other content', (_: string, secret: string) => signed('x', secret)],
    ['half of it', (body: string, secret: string) => signed(body, secret).slice(0, -24)],
    [
      'a method that nobody should use',
      (body: string, secret: string) =>
        `md5=${createHmac('md5', secret).update(body).digest('hex')}`,
    ],
  ])('with %s is ignored, and the sender is not told', async (_, signature) => {
    await using hubbed = await openHubbed()
    const { path, secret } = await wishOf(hubbed)
    const body = feedOf(hubbed.server, [1, 2])

    const answer = await deliver(hubbed.house, { path, body, signature: signature(body, secret) })

    expect(answer.status).toBe(202)
    expect(await itemsOf(hubbed)).toEqual(['c-1'])
  })

  test('is only a bell where it is no feed: the feed is fetched next', async () => {
    await using hubbed = await openHubbed()
    const { path, secret } = await wishOf(hubbed)

    await deliver(hubbed.house, { path, body: 'new!', signature: signed('new!', secret) })

    expect(hubbed.house.jobs.at(-1)).toEqual({
      name: 'poll-source',
      data: { sourceId: hubbed.source.id },
    })
  })

  test('ends with 410 where nobody listens', async () => {
    await using hubbed = await openHubbed()

    const answer = await deliver(hubbed.house, {
      path: '/websub/guess',
      body: 'x',
      signature: null,
    })

    expect(answer.status).toBe(410)
  })

  test('is refused where it is more than a feed may be', async () => {
    await using hubbed = await openHubbed()
    const { path, secret } = await wishOf(hubbed)
    const body = 'x'.repeat(5 * 1024 * 1024 + 1)

    const answer = await deliver(hubbed.house, { path, body, signature: signed(body, secret) })

    expect(answer.status).toBe(413)
  })
})
