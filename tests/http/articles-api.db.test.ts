import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createToken } from '#operators/api-token.ts'
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

const LATER = '2026-11-23T18:00:00Z'

async function retract(id: number, body: unknown, bearer = house.token) {
  const response = await house.web.request(`/api/v1/articles/${id}/retract`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  return { status: response.status, body: answer }
}

test('an article is told with its identity, summary, and why it is withheld', async () => {
  await house.sendJson({ ...ARTICLE, guid: 'fish-1', embargoUntil: LATER })

  const answer = await house.get('/api/v1/articles/1')

  expect(answer).toMatchObject({
    status: 200,
    body: {
      id: 1,
      revision: 1,
      headline: ARTICLE.headline,
      urls: ['courier.example/fish'],
      guids: ['fish-1'],
      embargoUntil: '2026-11-23T18:00:00.000Z',
      withheld: expect.stringContaining('under embargo until 2026-11-23 18:00 UTC'),
    },
  })
  expect(await house.get('/api/v1/articles/9')).toMatchObject({ status: 404 })
})

test('a changed text answers what kind of change it is, and the revisions tell it', async () => {
  await house.sendJson(ARTICLE)
  const paragraphs = PARAGRAPHS.map((text) => text.replace('14.2 million', '24.1 million'))

  const changed = await house.sendJson({ ...ARTICLE, paragraphs })
  const answer = await house.get('/api/v1/articles/1/revisions')

  expect(changed.body).toMatchObject({ article: { status: 'revision', change: 'substantial' } })
  expect(answer.body).toMatchObject({
    article: 1,
    revisions: [
      { revision: 1, change: null, difference: null },
      {
        revision: 2,
        change: 'substantial',
        note: 'A number changed: 14.2 became 24.1',
        difference: { paragraphs: [{ kind: 'same' }, { kind: 'changed' }, { kind: 'same' }] },
      },
    ],
  })
})

test('breaking news under embargo is stored, and drafts no alert', async () => {
  const answer = await house.sendJson({ ...ARTICLE, breaking: true, embargoUntil: LATER })

  expect(answer).toMatchObject({
    status: 201,
    body: { article: { withheld: expect.stringContaining('embargo') } },
  })
  expect(answer.body).not.toHaveProperty('alert')
  expect(await house.rowsOf('edition')).toBe(0)
})

test('the embargo of a page stands in the address, and null lifts one', async () => {
  const held = await house.send({ type: 'text/html', body: HTML, query: `?embargoUntil=${LATER}` })
  const lifted = await house.sendJson({
    headline: ARTICLE.headline,
    paragraphs: PARAGRAPHS,
    embargoUntil: null,
  })

  expect(held.body).toMatchObject({ article: { id: 1, withheld: expect.any(String) } })
  expect(lifted.body).toEqual({
    article: { id: 1, revision: 1, status: 'known', headline: ARTICLE.headline },
  })
})

test('an article under embargo has no page of its own, and one that is withdrawn says so', async () => {
  const status = async () => (await house.web.request('/articles/1')).status
  await house.sendJson({ ...ARTICLE, embargoUntil: LATER })
  const held = await status()
  await house.sendJson({ ...ARTICLE, embargoUntil: null })
  const open = await status()
  await retract(1, { reason: 'the wrong market' })

  expect([held, open, await status()]).toEqual([404, 200, 410])
})

test('withdrawing is noted once, and sent again the article stays withdrawn', async () => {
  await house.sendJson({ ...ARTICLE, breaking: false })

  const first = await retract(1, { reason: 'the wrong market' })
  const second = await retract(1, { reason: 'another reason' })
  const again = await house.sendJson({ ...ARTICLE, breaking: true })

  const { rows } = await sql`select 1 from audit_event where verb = 'retract article'`.execute(
    house.db,
  )
  expect(first).toMatchObject({ status: 200, body: { article: 1, reason: 'the wrong market' } })
  expect(second).toEqual(first)
  expect(rows).toHaveLength(1)
  expect(again).toMatchObject({
    status: 200,
    body: { article: { withheld: expect.stringContaining('withdrawn') } },
  })
  expect(await house.rowsOf('edition')).toBe(0)
})

test.each([
  ['no reason', {}, 422],
  ['an empty reason', { reason: '  ' }, 422],
  ['a list', [], 422],
])('withdrawing with %s changes nothing', async (_, body, status) => {
  await house.sendJson(ARTICLE)
  const before = withoutUse(await contentsOf(house))

  expect(await retract(1, body)).toMatchObject({ status })
  expect(withoutUse(await contentsOf(house))).toEqual(before)
})

test('withdrawing takes a publisher', async () => {
  await house.sendJson(ARTICLE)
  const operator = await addOperator(house.context, { name: 'ed', role: 'editor' })
  const token = await createToken(house.context, {
    operator,
    name: 'ed',
    scopes: ['articles:write'],
  })

  expect(await retract(1, { reason: 'x' }, token)).toMatchObject({ status: 403 })
})

test.each([
  ['a word', 'soon'],
  ['a time without a zone', '2026-11-23T18:00:00'],
  ['a time that is over', '2026-11-20T18:00:00Z'],
  ['a number', 7],
])('an embargo that is %s is refused, and nothing is stored', async (_, embargoUntil) => {
  const answer = await house.sendJson({ ...ARTICLE, embargoUntil })

  expect(answer).toMatchObject({ status: 422, body: { error: { field: 'embargoUntil' } } })
  expect(await house.rowsOf('article')).toBe(0)
})
