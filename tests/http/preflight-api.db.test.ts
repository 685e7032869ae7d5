import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { getEdition } from '#editions/store.ts'
import { createToken } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, type Operator } from '#operators/operator.ts'
import { type DeskHouse, openDraftHouse } from '../deliveries/approval/desk-fixture.ts'
import { webOf } from './web-fixture.ts'

let house: DeskHouse
let publisher: Operator
beforeEach(async () => {
  house = await openDraftHouse()
  publisher = await addOperator(house.context, { name: 'petra', role: 'publisher' })
  const { draftNumber } = await getEdition(house.db, house.editionId)
  await changeDraft(house.context, {
    editionId: house.editionId,
    draftNumber,
    edits: [{ change: 'greeting', text: 'Good morning, {{ name }}.', signedBy: 'Ines' }],
    operator: house.people.ines,
  })
})
afterEach(async () => house[Symbol.asyncDispose]())

async function call(verb: string, { as = publisher, body }: { as?: Operator; body?: object } = {}) {
  const scopes = ['editions:read', 'editions:write'] as const
  const token = await createToken(house.context, {
    operator: as,
    name: `desk ${Math.random()}`,
    scopes: [...scopes],
  })
  const response = await webOf(house).request(`/api/v1/editions/${house.editionId}/${verb}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('is run and read, and a publisher lets pass what stops it, on the record', async () => {
  expect((await call('check')).body).toMatchObject({ fit: null, findings: null })

  const checked = await call('check', { body: {} })
  expect(checked.body).toMatchObject({
    fit: false,
    findings: expect.arrayContaining([
      { check: 'leftovers', outcome: 'stops', reason: expect.stringContaining('{{ name }}') },
    ]),
  })

  const passed = await call('let-pass', {
    body: { check: 'leftovers', reason: 'A story about templates' },
  })
  expect(passed).toMatchObject({ status: 201, body: { fit: true, letPass: ['leftovers'] } })
  expect((await listAudit(house.context, 1))[0]).toMatchObject({
    verb: 'override check',
    detail: { check: 'leftovers', reason: 'A story about templates' },
  })
}, 60_000)

test.each([
  ['an unknown check', { check: 'weather', reason: 'x' }, 'check'],
  ['no reason', { check: 'leftovers', reason: ' ' }, 'reason'],
])('%s is refused, and the field is named', async (_, body, field) => {
  expect(await call('let-pass', { body })).toMatchObject({
    status: 422,
    body: { error: { field } },
  })
})

test('an editor lets nothing pass', async () => {
  const answer = await call('let-pass', {
    as: await addOperator(house.context, { name: 'edda', role: 'editor' }),
    body: { check: 'leftovers', reason: 'x' },
  })

  expect(answer.status).toBe(403)
})
