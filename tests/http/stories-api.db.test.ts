import { afterEach, beforeEach, expect, test } from 'vitest'
import { createToken } from '#operators/api-token.ts'
import { addOperator } from '#operators/operator.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type ApiHouse, openApiHouse } from './api-fixture.ts'

const MARKET = 'Council votes to rebuild the fish market'
const DERBY = 'Rovers win the derby at the last minute'

let house: ApiHouse
beforeEach(async () => {
  house = await openApiHouse()
  await ingestArticle(house.context, { headline: MARKET })
  await ingestArticle(house.context, { headline: 'Fish market to be rebuilt', about: MARKET })
  await ingestArticle(house.context, { headline: DERBY })
  await clusterWaiting(house.context)
})
afterEach(async () => house[Symbol.asyncDispose]())

async function post(path: string, body: unknown = {}, bearer = house.token) {
  const response = await house.web.request(`/api/v1${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  return { status: response.status, body: answer }
}

test('the running stories are listed, the latest first', async () => {
  const answer = await house.get('/api/v1/stories')

  expect(answer).toMatchObject({
    status: 200,
    body: {
      stories: [
        { headline: DERBY, articles: 1 },
        { articles: 2, outlets: 2 },
      ],
    },
  })
})

test('a story tells its articles, and with since what is new', async () => {
  const plain = await house.get('/api/v1/stories/1')
  const since = await house.get('/api/v1/stories/1?since=2026-11-22T07:00:00Z')

  expect(plain).toMatchObject({ status: 200, body: { mergedInto: null, articles: [{}, {}] } })
  expect(plain.body).not.toHaveProperty('whatIsNew')
  expect(since).toMatchObject({ status: 200, body: { whatIsNew: null } })
})

test('stories are merged, articles split off and leads chosen, and each is written down', async () => {
  const merged = await post('/stories/1/merge', { from: 2 })
  const parted = await post('/articles/3/split')
  const led = await post('/articles/2/lead')
  const audited = await house.db
    .selectFrom('audit_event')
    .select(['verb', 'subject'])
    .orderBy('id')
    .execute()

  expect(merged).toMatchObject({ status: 200, body: { articles: [{}, {}, {}] } })
  expect(parted).toMatchObject({ status: 200, body: { from: 1, articles: [{ article: 3 }] } })
  expect(led).toMatchObject({ status: 200 })
  expect(await house.get('/api/v1/stories/2')).toMatchObject({ body: { mergedInto: 1 } })
  expect(audited).toEqual(
    expect.arrayContaining([
      { verb: 'merge stories', subject: 'story 1' },
      { verb: 'split story', subject: 'story 1' },
      { verb: 'fix lead', subject: 'story 1' },
    ]),
  )
})

test.each([
  { path: '/stories/1/merge', body: {}, status: 422, field: 'from' },
  { path: '/stories/1/merge', body: { from: 'two' }, status: 422, field: 'from' },
  { path: '/stories/1/merge', body: { from: 1 }, status: 409, field: 'from' },
  { path: '/stories/1/merge', body: { from: 99 }, status: 404, field: 'story' },
  { path: '/stories/99/merge', body: { from: 1 }, status: 404, field: 'story' },
  { path: '/articles/3/split', body: {}, status: 409, field: 'article' },
  { path: '/articles/99/split', body: {}, status: 404, field: 'article' },
  { path: '/articles/1/split', body: { into: 1 }, status: 409, field: 'into' },
  { path: '/articles/99/lead', body: {}, status: 404, field: 'article' },
])(
  '$path $body is refused with $status and names $field',
  async ({ path, body, status, field }) => {
    const answer = await post(path, body)

    expect(answer).toMatchObject({ status, body: { error: { field } } })
  },
)

test('a time that is none is refused', async () => {
  expect(await house.get('/api/v1/stories/1?since=yesterday')).toMatchObject({
    status: 422,
    body: { error: { field: 'since' } },
  })
})

test('only a token of someone who composes may change a story', async () => {
  const operator = await addOperator(house.context, { name: 'eve', role: 'viewer' })
  const bearer = await createToken(house.context, {
    operator,
    name: 'board',
    scopes: ['editions:read'],
  })

  expect(await post('/stories/1/merge', { from: 2 }, bearer)).toMatchObject({ status: 403 })
  expect(await post('/stories/1/merge', { from: 2 }, 'none')).toMatchObject({ status: 401 })
  expect(await house.get('/api/v1/stories/2')).toMatchObject({ body: { mergedInto: null } })
})
