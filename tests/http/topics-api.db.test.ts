import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createToken } from '#operators/api-token.ts'
import { addOperator } from '#operators/operator.ts'
import { ensureTopic } from '#articles/topics/topic-store.ts'
import { ARTICLE, type ApiHouse, openApiHouse } from './api-fixture.ts'

async function post(
  house: ApiHouse,
  { id, body, bearer = house.token }: { id: string; body: object; bearer?: string },
) {
  const response = await house.web.request(`/api/v1/articles/${id}/topics`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: JSON.stringify(await response.json()) }
}

test("an editor's system corrects an article's topic; the act is in the audit", async () => {
  await using house = await openApiHouse()
  await house.sendJson(ARTICLE)
  await ensureTopic(house.db, { slug: 'trade', name: 'Trade' })

  const answer = await post(house, { id: '1', body: { topic: 'trade', belongs: true } })
  const { rows } = await sql<{ given: string; verb: string }>`
    select at.given_by as given, (select verb from audit_event order by id desc limit 1) as verb
      from article_topic at`.execute(house.db)

  expect(answer).toEqual({ status: 200, body: '{"article":1,"topic":"trade","belongs":true}' })
  expect(rows).toEqual([{ given: 'editor', verb: 'correct topic' }])
})

test.each([
  ['1', { topic: 'nosuch', belongs: true }, 404],
  ['99', { topic: 'trade', belongs: true }, 404],
  ['1', { topic: 'trade', belongs: 'yes' }, 422],
  ['1', { topic: 'trade' }, 422],
  ['one', { topic: 'trade', belongs: true }, 422],
])('article %s with %j is answered by %i, and nothing changes', async (id, body, status) => {
  await using house = await openApiHouse()
  await house.sendJson(ARTICLE)
  await ensureTopic(house.db, { slug: 'trade', name: 'Trade' })

  expect((await post(house, { id, body })).status).toBe(status)
  expect(await house.rowsOf('topic_correction')).toBe(0)
})

test('a token of a viewer may not', async () => {
  await using house = await openApiHouse()
  const operator = await addOperator(house.context, { name: 'vera', role: 'viewer' })
  const bearer = await createToken(house.context, {
    operator,
    name: 'v',
    scopes: ['articles:write'],
  })

  const { status } = await post(house, { id: '1', body: { topic: 'trade', belongs: true }, bearer })

  expect(status).toBe(403)
})
