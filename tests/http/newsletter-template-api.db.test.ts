import { afterEach, beforeEach, expect, test } from 'vitest'
import { readHouseFile } from '#mail/liquid-engines.ts'
import { createToken } from '#operators/api-token.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator, type Operator } from '#operators/operator.ts'
import { openWebHouse, type WebHouse } from './web-fixture.ts'

let house: WebHouse
let admin: Operator
beforeEach(async () => {
  house = await openWebHouse()
  admin = await addOperator(house.context, { name: 'ada', role: 'admin' })
})
afterEach(async () => house[Symbol.asyncDispose]())

const BOTH = ['newsletters:read', 'newsletters:write'] as const
const OWN = `Ours alone\n${readHouseFile('note.txt')}`

type Asking = {
  body?: object
  as?: Operator
  scopes?: readonly (typeof BOTH)[number][]
  query?: string
}

async function ask(method: string, { body, as = admin, scopes = BOTH, query = '' }: Asking = {}) {
  const name = `t ${Math.random()}`
  const token = await createToken(house.context, { operator: as, name, scopes: [...scopes] })
  const response = await house.web.request(`/api/v1/newsletters/daily/template${query}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const noteOf = ({ body }: { body: Record<string, unknown> }) =>
  (body['forms'] as { form: string }[]).find(({ form }) => form === 'note.txt')

test('the forms are taken out, set and given back, and the audit log says by whom', async () => {
  const before = await ask('GET')
  const set = await ask('PUT', { body: { forms: { 'note.txt': OWN }, revision: 1 } })
  const seen = await ask('GET')
  const removed = await ask('DELETE', { query: '?revision=2' })

  expect(before).toMatchObject({
    status: 200,
    body: { slug: 'daily', kind: 'digest', revision: 1 },
  })
  expect(noteOf(before)).toMatchObject({ whose: 'house', text: readHouseFile('note.txt') })
  expect(before.body['partials']).toContainEqual({
    name: 'partials/foot.txt',
    text: readHouseFile('partials/foot.txt'),
  })
  expect(set).toMatchObject({ status: 200, body: { revision: 2 } })
  expect(noteOf(seen)).toEqual({ form: 'note.txt', whose: 'own', text: OWN, faults: [] })
  expect(removed).toMatchObject({ status: 200, body: { revision: 3 } })
  expect(noteOf(removed)).toMatchObject({ whose: 'house' })
  expect(await listAudit(house.context, 2)).toMatchObject([
    {
      actor: expect.stringMatching(/^ada /),
      verb: 'remove template',
      subject: 'daily',
      detail: { forms: ['note.txt'] },
    },
    {
      actor: expect.stringMatching(/^ada /),
      verb: 'set template',
      subject: 'daily',
      detail: { forms: ['note.txt'] },
    },
  ])
})

test('a fault is answered with form, line and column, and the last good form stays', async () => {
  await ask('PUT', { body: { forms: { 'note.txt': OWN } } })

  const refused = await ask('PUT', { body: { forms: { 'note.txt': `${OWN}\n{{ hedline }}` } } })

  const line = OWN.split('\n').length + 1
  expect(refused).toEqual({
    status: 422,
    body: {
      error: {
        field: 'note.txt',
        message: expect.stringMatching(
          `^note\\.txt, line ${line}, column 4: there is no “hedline”`,
        ),
        faults: [{ form: 'note.txt', line, column: 4, message: expect.stringMatching('hedline') }],
      },
    },
  })
  expect(noteOf(await ask('GET'))).toMatchObject({ whose: 'own', text: OWN })
})

test('a check says what can be used, and sets nothing', async () => {
  const checked = await ask('PUT', { body: { forms: { 'note.txt': OWN }, check: true } })

  expect(checked).toEqual({ status: 200, body: { fine: ['note.txt'] } })
  expect(noteOf(await ask('GET'))).toMatchObject({ whose: 'house' })
})

test('of two people at once the second is told', async () => {
  await ask('PUT', { body: { forms: { 'note.txt': OWN }, revision: 1 } })

  const second = await ask('DELETE', { query: '?revision=1' })

  expect(second).toMatchObject({ status: 409, body: { error: { field: 'revision' } } })
  expect(noteOf(await ask('GET'))).toMatchObject({ whose: 'own' })
})

test.each([
  ['no forms', 'PUT', { body: {} }, 422, 'forms'],
  ['an unknown form', 'PUT', { body: { forms: { 'page.html': 'x' } } }, 422, 'page.html'],
  ['a form that is no text', 'PUT', { body: { forms: { 'note.txt': 5 } } }, 422, 'note.txt'],
  ['a revision that is no number', 'DELETE', { query: '?revision=last' }, 422, 'revision'],
])('%s is refused, and the field is named', async (...[, method, asking, status, field]) => {
  expect(await ask(method, asking)).toMatchObject({ status, body: { error: { field } } })
})

test('a token without the scope, and a team member without the duty, change nothing', async () => {
  const publisher = await addOperator(house.context, { name: 'petra', role: 'publisher' })
  const body = { forms: { 'note.txt': OWN } }

  const statuses = [
    await ask('PUT', { body, scopes: ['newsletters:read'] }),
    await ask('DELETE', { scopes: ['newsletters:read'] }),
    await ask('GET', { scopes: ['newsletters:write'] }),
    await ask('PUT', { body, as: publisher }),
    await ask('DELETE', { as: publisher }),
  ].map(({ status }) => status)

  expect(statuses).toEqual([403, 403, 403, 403, 403])
  expect(noteOf(await ask('GET'))).toMatchObject({ whose: 'house' })
})
