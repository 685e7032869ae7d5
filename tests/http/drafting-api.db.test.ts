import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Scope } from '#operators/api-token.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type House, openHouse } from '../house.ts'
import { addTeam, type ApiAnswer, callApi, noted, refused, type Team } from './api-call.ts'

let house: House
let team: Team
beforeEach(async () => {
  house = await openHouse()
  team = await addTeam(house)
})
afterEach(async () => house[Symbol.asyncDispose]())

const WRITES: Scope[] = ['articles:write', 'editions:read', 'editions:write']

async function call(
  path: string,
  {
    body,
    as = 'editor',
    scopes = WRITES,
  }: { body?: object; as?: keyof Team; scopes?: Scope[] } = {},
): Promise<ApiAnswer> {
  return callApi(house, path, { as: team[as], scopes, ...(body && { body }) })
}

async function article(headline = 'Council votes to rebuild the fish market'): Promise<number> {
  return (await ingestArticle(house.context, { headline })).articleId
}

async function count(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from edition`.execute(
    house.db,
  )
  return rows[0]?.count ?? 0
}

const DAILY = '/newsletters/daily/editions'

describe('a digest by hand', () => {
  test('is composed as the command composes it, and the audit log says by whom', async () => {
    await article()

    const { status, body } = await call(DAILY, { body: {} })

    expect(status).toBe(201)
    expect(body).toMatchObject({
      edition: 1,
      state: 'draft',
      stories: 1,
      subject: expect.stringContaining('fish market'),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await noted(house, 1)).toEqual(['eva: compose edition 1'])
  })

  test('renews the draft of the day; once it is approved, only another one is made', async () => {
    await article()
    const first = await call(DAILY, { body: {} })
    const again = await call(DAILY, { body: {} })
    const hash = again.body['hash']
    await call('/editions/1/approve', { body: { hash }, as: 'publisher' })
    await article('Rovers win at the last minute')

    const late = await call(DAILY, { body: {} })
    const other = await call(DAILY, { body: { again: true } })

    expect([first.body['edition'], again.body['edition']]).toEqual([1, 1])
    expect(refused(late)).toMatchObject({
      status: 409,
      message: expect.stringContaining('approved or out already'),
    })
    expect(other).toMatchObject({ status: 201, body: { state: 'draft' } })
    expect(await count()).toBe(2)
  })

  test('with nothing to tell is refused with the reason, and takes history only when asked', async () => {
    await article()
    await sql`update article set seeded = true`.execute(house.db)

    const nothing = await call(DAILY, { body: {} })
    const since = await call(DAILY, { body: { since: '24h' } })

    expect(refused(nothing)).toMatchObject({
      status: 422,
      message: expect.stringContaining('nothing new to tell'),
    })
    expect(since.status).toBe(201)
  })

  test.each([
    [{ again: 'yes' }, 'again'],
    [{ since: 'monday' }, 'since'],
    [{ since: '900h' }, 'since'],
    [{ until: '2h' }, 'body'],
  ])('is not composed by %j', async (body, field) => {
    await article()

    expect(refused(await call(DAILY, { body }))).toMatchObject({ status: 422, field })
    expect(await count()).toBe(0)
  })

  test('is of a digest newsletter', async () => {
    expect((await call('/newsletters/none/editions', { body: {} })).status).toBe(404)
    expect((await call('/newsletters/breaking/editions', { body: {} })).status).toBe(404)
  })
})

describe('an alert of an article', () => {
  test('is drafted and waits; asked again it is the same one', async () => {
    const id = await article()

    const made = await call(`/articles/${id}/alert`, { body: { level: 'major' } })
    const same = await call(`/articles/${id}/alert`, { body: {} })

    expect(made).toMatchObject({
      status: 201,
      body: { edition: 1, state: 'in review', made: true, hash: expect.any(String) },
    })
    expect(same).toMatchObject({
      status: 200,
      body: { edition: 1, made: false, hash: made.body['hash'] },
    })
    const { rows } = await sql<{ level: string }>`select level from edition`.execute(house.db)
    expect(rows).toEqual([{ level: 'major' }])
    expect(await noted(house, 9)).toEqual(['eva: draft alert edition 1'])
  })

  test.each([
    [{ level: 'huge' }, 'level'],
    [{ release: true }, 'body'],
  ])('is not drafted by %j', async (body, field) => {
    const id = await article()

    expect(refused(await call(`/articles/${id}/alert`, { body }))).toMatchObject({
      status: 422,
      field,
    })
    expect(await count()).toBe(0)
  })

  test('is of an article that is there and may go out', async () => {
    const id = await article()
    await sql`update article set retracted_at = now(), retraction = 'wrong'`.execute(house.db)

    const withdrawn = await call(`/articles/${id}/alert`, { body: {} })
    const none = await call('/articles/999/alert', { body: {} })

    expect(withdrawn.status).toBe(409)
    expect(none.status).toBe(404)
  })
})

test.each([
  [DAILY, 'editions:read'],
  ['/articles/1/alert', 'editions:write'],
] as const)('%s needs its scope and an editor', async (path, scope) => {
  await article()

  const reading = await call(path, { body: {}, scopes: [scope] })
  const looking = await call(path, { body: {}, as: 'viewer' })

  expect([reading.status, looking.status]).toEqual([403, 403])
  expect(await count()).toBe(0)
})

const idsOf = ({ body }: ApiAnswer) => (body['editions'] as { id: number }[]).map(({ id }) => id)

describe('the list of editions', () => {
  beforeEach(async () => {
    const id = await article()
    await call(DAILY, { body: {} })
    await call(`/articles/${id}/alert`, { body: {} })
    await call(DAILY, { body: { again: true } })
  })

  test('has the newest first, each with its state and without its content', async () => {
    const { status, body } = await call('/editions')

    expect(status).toBe(200)
    expect(idsOf({ status, body })).toEqual([3, 2, 1])
    const [, alert] = body['editions'] as object[]
    expect(alert).toEqual({
      id: 2,
      newsletter: 'breaking',
      kind: 'alert',
      state: 'in review',
      stateReason: null,
      subject: 'Council votes to rebuild the fish market',
      editionDate: '2026-11-22',
      test: false,
      createdAt: '2026-11-22T06:30:00.000Z',
      dueAt: null,
      leavesAt: null,
      releaseAt: null,
      sentAt: null,
    })
  })

  test.each([
    ['?newsletter=daily', [3, 1]],
    ['?state=in%20review', [2]],
    ['?newsletter=daily&state=draft&limit=1', [3]],
    ['?state=sent', []],
  ])('is narrowed by %s', async (query, ids) => {
    expect(idsOf(await call(`/editions${query}`))).toEqual(ids)
  })

  test.each([
    ['?newsletter=none', 404, 'newsletter'],
    ['?state=gone', 422, 'state'],
    ['?limit=0', 422, 'limit'],
    ['?limit=201', 422, 'limit'],
    ['?limit=many', 422, 'limit'],
  ])('says what is wrong with %s', async (query, status, field) => {
    expect(refused(await call(`/editions${query}`))).toMatchObject({ status, field })
  })

  test('needs its scope', async () => {
    expect((await call('/editions', { scopes: ['editions:write'] })).status).toBe(403)
  })
})
