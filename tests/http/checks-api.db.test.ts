import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createToken, type Scope } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import type { Operator } from '#operators/operator.ts'
import { type DeskHouse, openDraftHouse } from '../deliveries/approval/desk-fixture.ts'
import { webOf } from './web-fixture.ts'

let house: DeskHouse
beforeEach(async () => {
  house = await openDraftHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

type Answer = { status: number; body: Record<string, unknown> }

async function call(
  verb: string,
  {
    as = house.people.ines,
    body,
    method = body === undefined ? 'GET' : 'POST',
    scopes = ['editions:read', 'editions:write'],
  }: { as?: Operator; body?: object; method?: string; scopes?: Scope[] } = {},
): Promise<Answer> {
  await sql`delete from api_token`.execute(house.db)
  const token = await createToken(house.context, { operator: as, name: 'desk', scopes })
  const response = await webOf(house).request(`/api/v1/editions/${house.editionId}/${verb}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const PASSING = { check: 'leftovers', reason: 'a story about templates' }

test('what was found is run, kept, and said to be of another content after an edit', async () => {
  await house.edit(house.people.eva, 'The news of {{ day }}')
  const before = await call('check')
  const ran = await call('check', { method: 'POST' })
  const kept = await call('check')
  const approval = await call('approval')
  await house.edit(house.people.eva, 'The news of the day')
  const after = await call('check')

  expect(before.body).toMatchObject({ present: false, fit: null, summary: 'not checked yet' })
  expect(ran.body).toMatchObject({ present: true, fit: false, hash: expect.any(String) })
  expect(kept.body).toEqual(ran.body)
  expect((kept.body['findings'] as object[])[0]).toMatchObject({
    check: 'leftovers',
    outcome: 'stops',
    reason: expect.stringContaining('{{ day }}'),
  })
  expect(approval.body['checks']).toMatch(/^stops it: leftovers; warns: /)
  expect(after.body).toMatchObject({ present: false, summary: 'changed since it was checked' })
})

test('a publisher lets a check pass with a reason, and the desk page says so', async () => {
  await house.edit(house.people.eva, 'The news of {{ day }}')
  await call('check', { method: 'POST' })
  const stopped = await house.look(await house.linkOf('ines'))

  const passed = await call('overrides', { body: PASSING })

  expect(stopped.text).toContain('Stops it:')
  expect(passed.body).toMatchObject({ fit: true })
  expect((await house.look(await house.linkOf('ines'))).text).toContain('Let pass:')
  expect((await listAudit(house.context, 1))[0]).toMatchObject({ verb: 'override check' })
})

test('who may not, or names no check or reason, is told so', async () => {
  const editor = await call('overrides', { body: PASSING, as: house.people.eva })
  const reading = await call('check', { method: 'POST', scopes: ['editions:read'] })
  const without = await call('overrides', { body: { check: 'size' } })
  const unknown = await call('overrides', { body: { ...PASSING, check: 'weather' } })
  const harmless = await call('overrides', { body: { ...PASSING, check: 'links' } })

  expect(editor.status).toBe(403)
  expect(reading.status).toBe(403)
  expect(without).toMatchObject({ status: 422, body: { error: { field: 'reason' } } })
  expect(unknown).toMatchObject({ status: 422, body: { error: { field: 'check' } } })
  expect(harmless).toMatchObject({ status: 422, body: { error: { field: 'check' } } })
})
