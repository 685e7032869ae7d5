import { Hono } from 'hono'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { Refusal } from '#errors.ts'
import { findReader } from '#http/api/readers.ts'
import { segmentRoutes } from '#http/api/segments.ts'
import type { Bearer } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, openOperator, type Role } from '#operators/operator.ts'
import { addReaders, type House, openHouse } from '../house.ts'

type Answer = Record<string, unknown>
type Api = House & { send(path: string, body?: unknown): Promise<{ status: number; body: Answer }> }

/** The verbs as a token of a team member in that role reaches them. */
async function openApi(role: Role = 'editor'): Promise<Api> {
  const house = await openHouse()
  const { context } = house
  await openOperator(context, 'ines')
  const operator = await addOperator(context, { name: 'api', role })
  const bearer: Bearer = { tokenId: 7, operator, scopes: ['subscribers:read'] }
  const segments = segmentRoutes(context)
  const find = findReader(context)
  const app = new Hono()
  app.post('/readers/find', async (request) => find(request, bearer))
  app.get('/segments', async (request) => segments.list(request))
  app.post('/segments', async (request) => segments.save(request, bearer))
  app.get('/segments/:name/count', async (request) => segments.count(request))
  app.onError((error, request) => {
    if (!(error instanceof Refusal)) throw error
    return request.json({ error: error.message, field: error.field }, error.status as 422)
  })
  await addReaders(house, 3)
  return Object.assign(house, {
    async send(path: string, body?: unknown) {
      const response = await app.request(path, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return { status: response.status, body: (await response.json()) as Answer }
    },
  })
}

test('a reader is found by a POST, told in words, and the look is in the audit log without the address', async () => {
  await using api = await openApi()

  const { status, body } = await api.send('/readers/find', { address: 'Reader2@example.org' })

  expect(status).toBe(200)
  expect(body).toMatchObject({
    reader: 2,
    address: 'Reader2@example.org',
    state: 'active',
    words: expect.stringMatching(/^an active reader since/),
    mails: [],
  })
  const [event] = await listAudit(api.context, 1)
  expect(event).toMatchObject({ actor: 'api', verb: 'look up reader', subject: 'subscriber 2' })
  expect(JSON.stringify([event, api.lines])).not.toMatch(/reader2@/i)
})

test('a token of a viewer is shown masked addresses', async () => {
  await using api = await openApi('viewer')

  const { body } = await api.send('/readers/find', { address: 'reader2@example.org' })

  expect(JSON.stringify(body)).not.toContain('reader2')
  expect(body['address']).toBe('r…@example.org')
})

test.each([
  [{ address: 'nobody@example.org' }, 404, /no reader/],
  [{ address: 'nobody' }, 422, /mail address/],
  [{ address: 'reader1@example.org', edition: 99 }, 404, /99/],
  [{ address: 'reader1@example.org', edition: -1 }, 422, /edition/],
  [{ address: 'reader1@example.org', all: true }, 422, /all/],
  [{}, 422, /address/],
  ['not json', 400, /not JSON/],
])('%j is answered with %i and the reason', async (question, status, reason) => {
  await using api = await openApi()

  const answer = await api.send('/readers/find', question)

  expect(answer.status).toBe(status)
  expect(answer.body['error']).toMatch(reason)
})

test('segments are saved as text or JSON, listed and counted', async () => {
  await using api = await openApi()

  const saved = await api.send('/segments', { name: 'all-de', filter: 'language:de' })
  const changed = await api.send('/segments', {
    name: 'all-de',
    filter: { kind: 'language', language: 'en' },
  })
  const { body: list } = await api.send('/segments')
  const { body: count } = await api.send('/segments/all-de/count')

  expect([saved.status, changed.status]).toEqual([201, 200])
  expect(list['segments']).toMatchObject([{ name: 'all-de', text: 'language:en' }])
  expect(count).toMatchObject({ name: 'all-de', count: 3, rounded: false })
  expect(count['sample']).toHaveLength(3)
  expect(JSON.stringify(count)).not.toContain('reader1@')
})

test.each<[string, unknown, RegExp]>([
  ['a hostile name', { name: "x'; drop table segment; --", filter: 'language:en' }, /short name/],
  [
    'a hostile filter',
    { name: 'x', filter: { kind: 'sql', sql: 'true' } },
    /must be one of the kinds/,
  ],
  ['no filter', { name: 'x' }, /filter/],
  ['a list', { name: 'x', filter: ['language:en'] }, /filter/],
])('a segment of %s is refused, and nothing is saved', async (_, body, reason) => {
  await using api = await openApi()

  const answer = await api.send('/segments', body)

  expect(answer.status).toBe(422)
  expect(answer.body['error']).toMatch(reason)
  const { rows } = await sql`select 1 from segment`.execute(api.db)
  expect(rows).toEqual([])
})

test('a viewer’s token saves no segment, and a segment that is not there is told', async () => {
  await using api = await openApi('viewer')

  expect((await api.send('/segments', { name: 'x', filter: 'language:en' })).status).toBe(403)
  expect((await api.send('/segments/x/count')).status).toBe(404)
})
