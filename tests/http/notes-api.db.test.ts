import { afterEach, beforeEach, expect, test } from 'vitest'
import { createToken } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, type Operator } from '#operators/operator.ts'
import { saveSegment } from '#subscribers/segments/segment.ts'
import { addReaders } from '../house.ts'
import { type ApiHouse, openApiHouse } from './api-fixture.ts'

let house: ApiHouse
let desk: string
beforeEach(async () => {
  house = await openApiHouse()
  desk = await tokenOf(house.operator, ['editions:write'])
})
afterEach(async () => house[Symbol.asyncDispose]())

async function tokenOf(operator: Operator, scopes: string[]): Promise<string> {
  return createToken(house.context, { operator, name: `${operator.name} ${scopes.join()}`, scopes })
}

async function post(body: unknown, bearer = desk): Promise<{ status: number; body: unknown }> {
  const response = await house.web.request('/api/v1/notes', {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

const NOTE = { newsletter: 'daily', subject: 'We start at six', text: 'Dear readers, we do.' }

test('a note is drafted, counted, and written in the audit log by what asked for it', async () => {
  await addReaders(house, 3)
  await saveSegment(house.context, { name: 'all', filter: 'zone:Europe/*', operatorId: null })

  const answer = await post({ ...NOTE, segment: 'all', previewText: 'From Monday on.' })

  expect(answer).toEqual({
    status: 201,
    body: {
      edition: 1,
      state: 'draft',
      subject: 'We start at six',
      previewText: 'From Monday on.',
      contentHash: expect.stringMatching(/^[\da-f]{64}$/),
      audience: { segment: 'all', filter: { kind: 'zone', zone: 'Europe/*' } },
      readers: 3,
    },
  })
  const [entry] = await listAudit(house.context, 1)
  expect(entry).toMatchObject({ verb: 'compose note', subject: 'edition 1' })
  expect(entry?.actor).toMatch(/^desk \(token \d+\)$/)
})

test.each([
  [{ ...NOTE, text: 'Words.\n\nhttp://courier.example/' }, 422, 'text'],
  [{ ...NOTE, text: undefined }, 422, 'text'],
  [{ ...NOTE, subject: '' }, 422, 'subject'],
  [{ ...NOTE, segment: 'a', got: 1 }, 422, 'got'],
  [{ ...NOTE, newsletter: 'nothing' }, 404, 'newsletter'],
  [{ ...NOTE, got: 77 }, 404, 'got'],
  [[], 422, 'body'],
])('with %j it is refused by its field, and nothing is stored', async (body, status, field) => {
  expect(await post(body)).toMatchObject({ status, body: { error: { field } } })
  expect(await house.rowsOf('edition')).toBe(0)
})

test('it takes the scope and a team member who may write editions', async () => {
  const reads = await tokenOf(house.operator, ['editions:read'])
  const viewer = await addOperator(house.context, { name: 'vic', role: 'viewer' })

  expect((await post(NOTE, reads)).status).toBe(403)
  expect((await post(NOTE, await tokenOf(viewer, ['editions:write']))).status).toBe(403)
  expect((await post(NOTE, 'nothing')).status).toBe(401)
  expect(await house.rowsOf('edition')).toBe(0)
})
