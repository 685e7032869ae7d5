import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addSource } from '#articles/sources/add-source.ts'
import { createToken } from '#operators/api-token.ts'
import { addOperator } from '#operators/operator.ts'
import { FEED_URL, feedOf, items, openNewsroom } from '../articles/sources/feed-fixture.ts'
import { openWebHouse } from './web-fixture.ts'

async function openWithFeed() {
  const house = await openWebHouse()
  const operator = await addOperator(house.context, { name: 'ada', role: 'admin' })
  const bearer = await createToken(house.context, {
    operator,
    name: 'cms',
    scopes: ['feeds:read', 'feeds:write'],
  })
  const newsroom = openNewsroom(house)
  newsroom.answer = { text: feedOf(items(1, 3)) }
  const { source } = await addSource(newsroom, { url: FEED_URL, name: 'courier' })
  house.jobs.length = 0
  const ask = async (
    method: string,
    path: string,
    { body, token = bearer }: { body?: object; token?: string } = {},
  ) => {
    const response = await house.web.request(`/api/v1/feeds${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return Object.assign(house, { ask, source, operator })
}

test('feeds are listed and shown', async () => {
  await using house = await openWithFeed()

  const list = await house.ask('GET', '')
  const one = await house.ask('GET', `/${house.source.id}`)

  expect(list).toMatchObject({
    status: 200,
    body: { feeds: [{ name: 'courier', url: FEED_URL, state: 'active', waiting: 3, held: 0 }] },
  })
  expect(one).toMatchObject({ status: 200, body: { name: 'courier', errors: [] } })
})

test('a feed is changed, paused and resumed', async () => {
  await using house = await openWithFeed()
  const path = `/${house.source.id}`

  const changed = await house.ask('PATCH', path, {
    body: { name: 'Harbour', rank: 90, bodyFrom: 'feed', paused: true },
  })
  const resumed = await house.ask('PATCH', path, { body: { paused: false } })

  expect(changed).toMatchObject({
    status: 200,
    body: { name: 'Harbour', rank: 90, bodyFrom: 'feed', state: 'paused', pollAt: null },
  })
  expect(resumed.body).toMatchObject({ name: 'Harbour', rank: 90, state: 'active' })
})

test('a poll is left at the door', async () => {
  await using house = await openWithFeed()

  const answer = await house.ask('POST', `/${house.source.id}/poll`)

  expect(answer.status).toBe(202)
  expect(house.jobs).toEqual([{ name: 'poll-source', data: { sourceId: house.source.id } }])
})

test('a batch that is held is decided on, once', async () => {
  await using house = await openWithFeed()
  await sql`insert into source_batch (source_id, at, items, usual) values (${house.source.id}, now(), 3, 0)`.execute(
    house.db,
  )
  await sql`update source_item set state = 'held', batch_id = (select id from source_batch)`.execute(
    house.db,
  )
  const path = `/${house.source.id}/batch`

  const released = await house.ask('POST', path, { body: { decision: 'release' } })
  const again = await house.ask('POST', path, { body: { decision: 'drop' } })

  expect(released).toEqual({ status: 200, body: { decision: 'release', items: 3 } })
  expect(again.status).toBe(409)
  expect(house.jobs).toEqual([{ name: 'take-items', data: { sourceId: house.source.id } }])
})

test('a feed that is removed is found no more', async () => {
  await using house = await openWithFeed()
  const path = `/${house.source.id}`

  expect((await house.ask('DELETE', path)).status).toBe(200)
  expect((await house.ask('GET', path)).status).toBe(404)
})

type Row = [method: string, path: string, body: object, status: number, field: string]
const refused: Row[] = [
  ['POST', '', { url: 'http://127.0.0.1/feed' }, 422, 'url'],
  ['POST', '', { url: 'https://courier.example/', rank: 101 }, 422, 'rank'],
  ['POST', '', { url: 'https://courier.example/', colour: 'blue' }, 422, 'body'],
  ['POST', '', {}, 422, 'url'],
  ['POST', '', { url: FEED_URL }, 409, 'url'],
  ['PATCH', '/1', { bodyFrom: 'both' }, 422, 'bodyFrom'],
  ['PATCH', '/x', {}, 422, 'id'],
  ['PATCH', '/999', {}, 404, 'feed'],
  ['POST', '/1/batch', { decision: 'burn' }, 422, 'decision'],
]

test.each(refused)('%s %s with %o answers %i and names the field %s', async (...row) => {
  const [method, path, body, status, field] = row
  await using house = await openWithFeed()

  const answer = await house.ask(method, path, { body })

  expect(answer.status).toBe(status)
  expect(JSON.stringify(answer.body)).toContain(`"${field}"`)
})

test('a token that may only read changes nothing, and an editor adds no feed', async () => {
  await using house = await openWithFeed()
  const { context } = house
  const reading = await createToken(context, {
    operator: house.operator,
    name: 'wall',
    scopes: ['feeds:read'],
  })
  const editor = await addOperator(context, { name: 'edda', role: 'editor' })
  const writing = await createToken(context, {
    operator: editor,
    name: 'desk',
    scopes: ['feeds:write'],
  })
  const body = { url: 'https://courier.example/' }

  expect((await house.ask('POST', '', { body, token: reading })).status).toBe(403)
  expect((await house.ask('POST', '', { body, token: writing })).status).toBe(403)
  expect((await house.ask('GET', '', { token: writing })).status).toBe(403)
})
