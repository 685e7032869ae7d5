import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type DeskHouse, openDraftHouse } from '../deliveries/approval/desk-fixture.ts'
import { addReaders } from '../house.ts'
import { type ApiAnswer, type ApiCall, callApi, noted, refused } from './api-call.ts'

let house: DeskHouse
beforeEach(async () => {
  house = await openDraftHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

async function call(
  path: string,
  {
    as = house.people.ines,
    scopes = ['editions:read', 'editions:write'],
    ...asked
  }: Partial<ApiCall> = {},
): Promise<ApiAnswer> {
  return callApi(house, path, { as, scopes, ...asked })
}

const edition = (verb: string) => `/editions/${house.editionId}/${verb}`

describe('an edition', () => {
  test('is approved by its hash, and says what was said', async () => {
    const hash = await house.hash()

    const { status, body } = await call(edition('approve'), { body: { hash } })

    expect(status).toBe(200)
    expect(body).toMatchObject({
      state: 'approved',
      approved: true,
      waitsFor: null,
      hash,
      verdicts: [{ verdict: 'approve', actor: 'ines', via: 'api', hash }],
    })
    expect((await listAudit(house.context, 1))[0]).toMatchObject({
      verb: 'approve',
      subject: `edition ${house.editionId}`,
      actor: expect.stringContaining('ines'),
    })
  })

  test('with another hash is not, and neither is one that is nobody’s', async () => {
    const other = await call(edition('approve'), { body: { hash: 'a'.repeat(64) } })
    const none = await call(edition('approve'), { body: {} })
    const unknown = await call('/editions/999/approve', { body: { hash: 'a'.repeat(64) } })

    expect(other).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('changed since') } },
    })
    expect(none).toMatchObject({ status: 422, body: { error: { field: 'hash' } } })
    expect(unknown.status).toBe(404)
    expect(await house.state()).toBe('draft')
  })

  test('waits for the second of two people', async () => {
    await sql`update newsletter set approval = 'two' where slug = 'daily'`.execute(house.db)
    const body = { hash: await house.hash() }

    const one = await call(edition('approve'), { body })
    const same = await call(edition('approve'), { body })
    const two = await call(edition('approve'), { body, as: house.people.omar })

    expect(one.body).toMatchObject({ approved: false, waitsFor: 'a second person’s yes' })
    expect(same.body).toMatchObject({ approved: false })
    expect(two.body).toMatchObject({ state: 'approved', approved: true })
  })

  test('is sent back with a note, and not without', async () => {
    const hash = await house.hash()

    const without = await call(edition('send-back'), { body: { hash, note: '  ' } })
    const done = await call(edition('send-back'), { body: { hash, note: 'The lead is old.' } })

    expect(without).toMatchObject({ status: 422, body: { error: { field: 'note' } } })
    expect(done.body).toMatchObject({
      state: 'draft',
      stateReason: 'sent back by ines: The lead is old.',
      approved: false,
    })
  })

  test('is approved by a publisher alone, with a reason that stays', async () => {
    await sql`update newsletter set approval = 'two' where slug = 'daily'`.execute(house.db)
    const hash = await house.hash()

    const without = await call(edition('override'), { body: { hash } })
    const editor = await call(edition('override'), {
      body: { hash, reason: 'now' },
      as: house.people.eva,
    })
    const done = await call(edition('override'), { body: { hash, reason: 'On a plane' } })

    expect(without.status).toBe(422)
    expect(editor.status).toBe(403)
    expect(done.body).toMatchObject({
      state: 'approved',
      verdicts: [{ verdict: 'override', note: 'On a plane' }],
    })
  })

  test('is stopped, and one on its way only with a yes to what does not leave', async () => {
    await addReaders(house, 3)
    await call(edition('approve'), { body: { hash: await house.hash() } })
    await sendEdition(house.context, { editionId: house.editionId, rule: 'now' })

    const asked = await call(edition('stop'), { body: { reason: 'A hoax' } })
    const few = await call(edition('stop'), { body: { reason: 'A hoax', yes: 2 } })
    const state = await house.state()
    const done = await call(edition('stop'), { body: { reason: 'A hoax', yes: 3 } })

    expect(asked).toMatchObject({ status: 409, body: { error: { field: 'yes' } } })
    expect(few.status).toBe(409)
    expect(state).toBe('sending')
    expect(done.body).toMatchObject({ state: 'stopped', stateReason: 'A hoax', leftOut: 3 })
    expect(done.body['verdicts']).toMatchObject([
      { verdict: 'approve' },
      { verdict: 'stop', actor: 'ines', note: 'A hoax', via: 'api' },
    ])
  })

  test('of news leaves after its countdown, which can be taken back, and then waits for a yes', async () => {
    const { articleId } = await ingestArticle(house.context, { headline: 'Ships collide' })
    const operatorId = house.people.eva.id
    const { editionId, contentHash } = await draftAlert(house.context, { articleId, operatorId })
    const of = (verb: string) => `/editions/${editionId}/${verb}`

    const early = await call(of('release'), { body: {} })
    await call(of('approve'), { body: { hash: contentHash } })
    const released = await call(of('release'), { body: {} })
    const cancelled = await call(of('cancel'), { body: {} })

    expect(early.status).toBe(409)
    expect(released.body).toMatchObject({ state: 'approved', leavesAt: expect.any(String) })
    expect(cancelled.body).toMatchObject({
      state: 'in review',
      leavesAt: null,
      approved: false,
      waitsFor: 'a yes',
    })
  })

  test('calls its people anew', async () => {
    const all = await call(edition('call'), { body: {} })
    const one = await call(edition('call'), { body: { name: 'eva' } })
    const nobody = await call(edition('call'), { body: { name: 'nobody' } })

    expect(all.body).toEqual({ called: ['ines', 'omar'] })
    expect(one.body).toEqual({ called: ['eva'] })
    expect(nobody).toMatchObject({ status: 422, body: { error: { field: 'name' } } })
    expect((await house.calls()).map(({ to }) => to.split('@')[0])).toEqual([
      'ines',
      'ines',
      'omar',
      'eva',
    ])
  })

  test.each(['approve', 'send-back', 'override', 'stop', 'release', 'cancel', 'call'])(
    'is left alone by %s with a token that may only read, or of somebody who may only look',
    async (verb) => {
      const body = { hash: await house.hash(), note: 'x', reason: 'x' }
      const viewer = await addOperator(house.context, { name: 'vera', role: 'viewer' })

      const reading = await call(edition(verb), { body, scopes: ['editions:read'] })
      const looking = await call(edition(verb), { body, as: viewer })

      expect(reading.status).toBe(403)
      expect(looking.status).toBe(403)
      expect(await house.state()).toBe('draft')
    },
  )
})

async function put(people: object[]) {
  const admin = await addOperator(house.context, { name: 'ada', role: 'admin' })
  return call('/on-call', { method: 'PUT', body: { people }, as: admin })
}

async function shown() {
  return (await call('/on-call')).body['people']
}

const names = ({ body: { people } }: ApiAnswer) =>
  (people as { name: string }[]).map(({ name }) => name)

describe('who is on call', () => {
  test('is a list in an order, with addresses', async () => {
    const before = await shown()

    const { status, body } = await put([
      { name: 'omar', address: 'omar@elsewhere.example' },
      { name: 'ines', deputy: true },
    ])

    expect(before).toEqual([
      { name: 'ines', address: 'ines@courier.example', deputy: false },
      { name: 'omar', address: 'omar@courier.example', deputy: true },
    ])
    expect(status).toBe(200)
    expect(body['people']).toEqual([
      { name: 'omar', address: 'omar@elsewhere.example', deputy: false },
      { name: 'ines', address: 'ines@courier.example', deputy: true },
    ])
    expect(await shown()).toEqual(body['people'])
  })

  test.each([
    ['nobody we know', [{ name: 'omar' }, { name: 'nobody' }], 'name'],
    ['somebody who could not answer', [{ name: 'omar' }, { name: 'eva' }], undefined],
    ['an address that is none', [{ name: 'omar', address: 'omar at home' }], 'address'],
    ['somebody twice', [{ name: 'omar' }, { name: 'omar', deputy: true }], 'people'],
  ])('does not change for %s', async (_what, people, field) => {
    const before = await shown()

    const { status, body } = await put(people)

    expect(status).toBeGreaterThanOrEqual(400)
    expect((body['error'] as { field?: string }).field).toBe(field)
    expect(await shown()).toEqual(before)
  })

  test('gets one more, keeps who is on it in place, and loses one', async () => {
    const ada = await addOperator(house.context, { name: 'ada', role: 'admin' })
    const body = { name: 'ada', address: 'ada@courier.example' }

    const added = await call('/on-call', { body, as: ada })
    const deputy = await call('/on-call', { body: { name: 'ines', deputy: true }, as: ada })
    const removed = await call('/on-call/omar', { method: 'DELETE', as: ada })
    const again = await call('/on-call/omar', { method: 'DELETE', as: ada })

    expect(names(added)).toEqual(['ines', 'ada', 'omar'])
    expect(names(deputy)).toEqual(['ada', 'ines', 'omar'])
    expect(names(removed)).toEqual(['ada', 'ines'])
    expect(refused(again)).toMatchObject({ status: 404, field: 'name' })
    expect(await noted(house, 3)).toEqual([
      'ada: take off call omar',
      'ada: put on call ines',
      'ada: put on call ada',
    ])
  })

  test.each([
    ['nobody we know', { name: 'nobody' }, 404],
    ['somebody who could not answer', { name: 'eva' }, 403],
    ['an address that is none', { name: 'ines', address: 'at home' }, 422],
    ['a wish that is none', { name: 'ines', deputy: 'yes' }, 422],
  ])('does not get %s', async (_what, body, status) => {
    const ada = await addOperator(house.context, { name: 'ada', role: 'admin' })
    const before = await shown()

    expect((await call('/on-call', { body, as: ada })).status).toBe(status)
    expect(await shown()).toEqual(before)
  })

  test('is changed by admins, with a token that may write', async () => {
    const ada = await addOperator(house.context, { name: 'ada', role: 'admin' })
    const body = { name: 'ines' }
    expect((await call('/on-call', { body })).status).toBe(403)
    expect((await call('/on-call/ines', { method: 'DELETE' })).status).toBe(403)
    expect((await call('/on-call', { body, as: ada, scopes: ['editions:read'] })).status).toBe(403)
    expect((await call('/on-call', { method: 'PUT', body: { people: [] } })).status).toBe(403)
  })
})
