import { expect, test } from 'vitest'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { takeTurn } from '#articles/fetching/host-pace.ts'
import { paceHost, visitPage } from '#articles/fetching/visit-page.ts'
import { type House, openHouse } from '../../house.ts'
import { answers, gives, openNewsServer, type NewsServer } from '../../support/news-server.ts'

const PAGE = '<p>Tide tables for Port Ansel</p>'

function guest(house: House, server: NewsServer) {
  return { ...house.context, fetch: createFetcher(server.fetching) }
}

const robotsAsked = (server: NewsServer) =>
  server.requests.filter(({ path }) => path === '/robots.txt').length

test('a page that robots.txt forbids to us, or to everybody, is not fetched, and the refusal says so', async () => {
  await using house = await openHouse()
  await using server = await openNewsServer()
  server.on(
    '/robots.txt',
    gives('User-agent: daybreak\nDisallow: /private\n\nUser-agent: *\nDisallow: /', {
      'content-type': 'text/plain',
    }),
  )
  server.on('/private/a', gives(PAGE))
  server.on('/open', gives(PAGE))

  const page = await visitPage(guest(house, server), `${server.url}/open`)

  expect(new TextDecoder().decode(page.bytes)).toBe(PAGE)
  await expect(visitPage(guest(house, server), `${server.url}/private/a`)).rejects.toThrow(
    /asks programs not to fetch this page/,
  )
  expect(server.requests.map(({ path }) => path)).toEqual(['/robots.txt', '/open'])
})

test('a site without robots.txt is open, and is asked for it once a day', async () => {
  await using house = await openHouse()
  await using server = await openNewsServer()
  server.on('/a', gives(PAGE))

  await visitPage(guest(house, server), `${server.url}/a`)
  await visitPage(guest(house, server), `${server.url}/a`)
  const asked = robotsAsked(server)
  house.wait(25 * 3_600_000)
  await visitPage(guest(house, server), `${server.url}/a`)

  expect(asked).toBe(1)
  expect(robotsAsked(server)).toBe(2)
})

test('a server that cannot say closes its site for an hour', async () => {
  await using house = await openHouse()
  await using server = await openNewsServer()
  server.on('/robots.txt', answers(503))
  server.on('/a', gives(PAGE))

  await expect(visitPage(guest(house, server), `${server.url}/a`)).rejects.toThrow(/robots\.txt/)
  server.on('/robots.txt', answers(404))
  await expect(visitPage(guest(house, server), `${server.url}/a`)).rejects.toThrow(/robots\.txt/)
  house.wait(61 * 60_000)

  await expect(visitPage(guest(house, server), `${server.url}/a`)).resolves.toMatchObject({})
})

test('a page in place of robots.txt is no rule', async () => {
  await using house = await openHouse()
  await using server = await openNewsServer()
  server.on('/robots.txt', gives('<!DOCTYPE html><p>Disallow: /</p>'))
  server.on('/a', gives(PAGE))

  await expect(visitPage(guest(house, server), `${server.url}/a`)).resolves.toMatchObject({})
})

test('a host is asked one turn after another, by whatever process, and a turn far off is not taken', async () => {
  await using house = await openHouse()
  const { db, now } = house
  const turn = { host: 'news.example', now, gapMs: 2000, patienceMs: 3000 }

  const turns = []
  for (let count = 0; count < 4; count++) turns.push(await takeTurn(db, turn))
  const other = await takeTurn(db, { ...turn, host: 'other.example' })

  const after = (ms: number) => new Date(now.getTime() + ms)
  expect(turns).toEqual([
    { at: now, taken: true },
    { at: after(2000), taken: true },
    { at: after(4000), taken: false },
    { at: after(4000), taken: false },
  ])
  expect(other).toEqual({ at: now, taken: true })
})

test('twenty turns asked for at once are twenty different ones', async () => {
  await using house = await openHouse()
  const { db, now } = house

  const turns = await Promise.all(
    Array.from({ length: 20 }, async () =>
      takeTurn(db, { host: 'news.example', now, gapMs: 100, patienceMs: 60_000 }),
    ),
  )

  expect(new Set(turns.map(({ at }) => at.getTime())).size).toBe(20)
})

test('a site that asks for time between two requests gets it', async () => {
  await using house = await openHouse()
  await using server = await openNewsServer()
  const slept: number[] = []
  const pacing = { ...house.context, sleep: async (ms: number) => void slept.push(ms) }
  server.on('/robots.txt', gives('User-agent: *\nCrawl-delay: 4', { 'content-type': 'text/plain' }))
  server.on('/a', gives(PAGE))
  await visitPage(guest(house, server), `${server.url}/a`)

  const answered = []
  for (let count = 0; count < 3; count++) answered.push(await paceHost(pacing, `${server.url}/a`))

  expect(slept).toEqual([4000])
  expect(answered).toEqual([undefined, undefined, new Date(house.now.getTime() + 8000)])
})
