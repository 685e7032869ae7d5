import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ingest } from '#articles/ingest.ts'
import { createToken, revokeToken } from '#operators/api-token.ts'
import { addOperator } from '#operators/operator.ts'
import {
  ARTICLE,
  type ApiHouse,
  HTML,
  openApiHouse,
  PARAGRAPHS,
  withoutUse,
} from './api-fixture.ts'
import { contentsOf } from './web-fixture.ts'

let house: ApiHouse
beforeEach(async () => {
  house = await openApiHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

describe('an article', () => {
  test.each([
    ['JSON', 'application/json', JSON.stringify(ARTICLE)],
    ['JSON with a charset', 'application/json; charset=utf-8', JSON.stringify(ARTICLE)],
    ['JSON that is called a form', 'application/x-www-form-urlencoded', JSON.stringify(ARTICLE)],
    ['HTML', 'text/html', HTML],
    ['plain text', 'text/plain', `Fish market to be rebuilt\n\n${PARAGRAPHS.join('\n\n')}`],
    ['text without a type', '', `Fish market to be rebuilt\n\n${PARAGRAPHS.join('\n\n')}`],
  ])('is taken as %s', async (_, type, body) => {
    const answer = await house.send({ type, body })

    expect(answer).toEqual({
      status: 201,
      body: {
        article: { id: 1, revision: 1, status: 'new', headline: 'Fish market to be rebuilt' },
      },
    })
    expect(house.jobs).toEqual([{ name: 'cluster-article', data: { articleId: 1 } }])
  })

  test('sent twice is known, and one row', async () => {
    await house.sendJson(ARTICLE)

    const again = await house.sendJson(ARTICLE)

    expect(again).toMatchObject({
      status: 200,
      body: { article: { id: 1, revision: 1, status: 'known' } },
    })
    expect(await house.rowsOf('article_revision')).toBe(1)
    expect(house.jobs).toHaveLength(1)
  })

  test('with another text is a revision of the same article', async () => {
    await house.sendJson(ARTICLE)

    const changed = await house.sendJson({
      ...ARTICLE,
      paragraphs: [...PARAGRAPHS, 'The vote was repeated on Monday with the same result.'],
    })

    expect(changed).toMatchObject({
      status: 200,
      body: { article: { id: 1, revision: 2, status: 'revision' } },
    })
    expect(await house.rowsOf('article')).toBe(1)
  })

  test('sent eight times at once by two systems is one article of one revision', async () => {
    const other = await createToken(house.context, {
      operator: await addOperator(house.context, { name: 'agency', role: 'editor' }),
      name: 'wire',
      scopes: ['articles:write'],
    })

    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, index) =>
        house.sendJson(ARTICLE, { bearer: index % 2 === 0 ? house.token : other }),
      ),
    )

    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(7)
    expect(await house.rowsOf('article')).toBe(1)
    expect(await house.rowsOf('article_revision')).toBe(1)
  })

  test('that another system is still writing is known to the second, which adds no revision', async () => {
    const first = Promise.withResolvers<void>()
    const writing = house.db.transaction().execute(async (db) => {
      await ingest(
        { ...house.context, db },
        {
          input: { bytes: new TextEncoder().encode(JSON.stringify(ARTICLE)) },
          origin: { kind: 'feed', name: 'agency' },
        },
      )
      first.resolve()
      await untilSomebodyWaits()
    })
    await first.promise

    const [second] = await Promise.all([house.sendJson(ARTICLE), writing])

    expect(second).toMatchObject({
      status: 200,
      body: { article: { revision: 1, status: 'known' } },
    })
    expect(await house.rowsOf('article_revision')).toBe(1)
  })

  test.each([
    ['nothing', 'application/json', ''],
    ['no object', 'application/json', '[]'],
    ['a null', 'application/json', 'null'],
    ['broken JSON', 'application/json', '{"headline": "x"'],
    ['an empty object', 'application/json', '{}'],
    ['no body', 'application/json', '{"headline":"Fish market to be rebuilt"}'],
    [
      'a headline that is a number',
      'application/json',
      JSON.stringify({ ...ARTICLE, headline: 7 }),
    ],
    ['a wish that is a word', 'application/json', JSON.stringify({ ...ARTICLE, breaking: 'yes' })],
    ['white space', 'text/plain', ' \n\n '],
    ['a picture', 'text/html', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
    ['NUL characters', 'text/plain', `Fish\u0000market\n\n${PARAGRAPHS.join('\n\n')}`],
    [
      'a page of menus',
      'text/html',
      '<html><body><nav><a href="/">Home</a><a href="/news">News</a></nav><footer>© The Courier. All rights reserved. Accept cookies</footer></body></html>',
    ],
  ])('that is %s is refused with a sentence, and no row', async (_, type, body) => {
    const before = await contentsOf(house)

    const answer = await house.send({ type, body })

    expect(answer.status).toBe(422)
    expect(answer.body).toEqual({
      error: expect.objectContaining({ message: expect.stringMatching(/\w+ \w+/) }),
    })
    expect(withoutUse(await contentsOf(house))).toEqual(withoutUse(before))
    expect(house.jobs).toEqual([])
  })

  test('with NUL characters in its JSON is stored without them or refused, never an error of ours', async () => {
    const answer = await house.sendJson({
      ...ARTICLE,
      headline: 'Fish\u0000market',
      topics: ['To\u0000wn'],
      byline: 'A\u0000B',
    })

    expect([201, 422]).toContain(answer.status)
    expect(house.lines).toEqual([])
  })

  test('of more than 5 MB is refused as too large, whether or not it tells its length', async () => {
    const body = 'x'.repeat(6 * 1024 * 1024)
    const told = await house.send({
      type: 'text/plain',
      body,
      headers: { 'Content-Length': String(body.length) },
    })
    const streamed = await house.web.request('/api/v1/articles', {
      method: 'POST',
      headers: { Authorization: `Bearer ${house.token}` },
      body: new Blob([body]).stream(),
      duplex: 'half',
    })

    expect(told).toEqual({
      status: 413,
      body: { error: { message: expect.stringContaining('larger than 5 MB'), field: 'body' } },
    })
    expect(streamed.status).toBe(413)
  })
})

describe('who may', () => {
  test.each([
    ['without a token', undefined],
    ['with a word', 'Bearer secret'],
    ['with basic authorisation', 'Basic ZGVzazpwYXNz'],
    ['with an unknown token', `Bearer db_${'A'.repeat(43)}`],
    ['with a NUL', 'Bearer db_%00'],
  ])('a request %s is answered 401 as JSON, and changes nothing', async (_, authorization) => {
    const before = await contentsOf(house)

    const response = await house.web.request('/api/v1/articles', {
      method: 'POST',
      body: JSON.stringify(ARTICLE),
      ...(authorization === undefined ? {} : { headers: { Authorization: authorization } }),
    })

    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: { message: expect.stringContaining('token') } })
    expect(await contentsOf(house)).toEqual(before)
  })

  test('a token that was revoked, has expired, or whose operator is disabled is answered 401', async () => {
    const statuses: number[] = []
    const ask = async () => statuses.push((await house.sendJson(ARTICLE)).status)
    await ask()
    await sql`update operator set disabled_at = now()`.execute(house.db)
    await ask()
    await sql`update operator set disabled_at = null`.execute(house.db)
    await sql`update api_token set expires_at = ${house.now}`.execute(house.db)
    await ask()
    await sql`update api_token set expires_at = ${new Date(house.now.getTime() + 1)}`.execute(
      house.db,
    )
    await ask()
    await revokeToken(house.context, { operator: house.operator, name: 'cms' })
    await ask()

    expect(statuses).toEqual([201, 401, 401, 200, 401])
  })

  test('a token without the scope is answered 403 by the scope’s name', async () => {
    const reader = await createToken(house.context, {
      operator: house.operator,
      name: 'reader',
      scopes: ['editions:read'],
    })

    const answer = await house.sendJson(ARTICLE, { bearer: reader })

    expect(answer).toEqual({
      status: 403,
      body: { error: { message: 'this token lacks the scope articles:write' } },
    })
    expect(await house.rowsOf('article')).toBe(0)
  })

  test('the database keeps a hash of the token, and when it was last used, to the minute', async () => {
    const { rows: unused } = await sql<{
      at: Date | null
    }>`select last_used_at as at from api_token`.execute(house.db)
    await house.sendJson(ARTICLE)
    const first = house.now
    house.wait(59_000)
    await house.sendJson(ARTICLE)
    const { rows } = await sql<{ row: string; at: Date }>`
      select to_jsonb(t)::text as row, last_used_at as at from api_token t`.execute(house.db)

    expect(unused).toEqual([{ at: null }])
    expect(rows[0]?.at).toEqual(first)
    expect(JSON.stringify(await contentsOf(house))).not.toContain(house.token.slice(3))
    expect(rows[0]?.row).not.toContain(house.token.slice(3))
  })

  test('what does not exist is 404 as JSON, and names its field', async () => {
    expect(await house.get('/api/v1/editions/77')).toEqual({
      status: 404,
      body: { error: { message: expect.stringContaining('no edition 77'), field: 'edition' } },
    })
    expect(await house.get('/api/v1/editions/x')).toEqual({
      status: 422,
      body: { error: { message: 'the id must be a number', field: 'id' } },
    })
    expect(await house.get('/api/v1/nothing')).toEqual({
      status: 404,
      body: { error: { message: expect.any(String) } },
    })
    expect(await house.get('/api/v2/articles')).toMatchObject({ status: 404, body: { error: {} } })
  })
})

async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      select 1 from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`.execute(house.db)
    if (rows.length > 0) return
    await setTimeout(20)
  }
}
