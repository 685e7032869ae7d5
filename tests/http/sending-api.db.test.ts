import { sql } from 'kysely'
import { expect, describe, test } from 'vitest'
import { approveEdition } from '#deliveries/send-edition.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { getEdition } from '#editions/store.ts'
import type { Scope } from '#operators/api-token.ts'
import { ingestArticle } from '../articles-fixture.ts'
import {
  DEFERRED_OUT,
  fates,
  NO_SUCH_USER,
  openApproved,
  openReleased,
  openSettled,
  REJECTED,
  type ReleasedHouse,
  stateOf,
  UNCERTAIN,
} from '../deliveries/settled-fixture.ts'
import { addTeam, type ApiAnswer, callApi, noted, refused, type Team } from './api-call.ts'

type Desk = ReleasedHouse & { team: Team }

async function staffed(house: ReleasedHouse): Promise<Desk> {
  return Object.assign(house, { team: await addTeam(house) })
}

async function call(
  house: Desk,
  verb: string,
  {
    body,
    as = 'publisher',
    scopes = ['editions:read', 'editions:write'],
    of = house.editionId,
  }: { body?: object; as?: keyof Team; scopes?: Scope[]; of?: number } = {},
): Promise<ApiAnswer> {
  const asked = { as: house.team[as], scopes, ...(body && { body }) }
  return callApi(house, `/editions/${of}/${verb}`, asked)
}

describe('an approved edition', () => {
  test('is sent once, now, and the second who sends it is told', async () => {
    await using house = await staffed(await openApproved(2))

    const sent = await call(house, 'send', { body: {} })
    const second = await call(house, 'send', { body: {}, as: 'admin' })

    expect(sent).toMatchObject({
      status: 200,
      body: { state: 'sending', audience: 2, rule: 'now', spreadMs: 0, approved: true },
    })
    expect(refused(second)).toMatchObject({
      status: 409,
      message: expect.stringContaining('is sending'),
    })
    expect(await noted(house, 1)).toEqual([`omar: send edition ${house.editionId}`])
    expect(house.jobs.map(({ name }) => name)).toContain('drain-lane')
  })

  test('leaves at each reader’s hour, over a time, when that is said', async () => {
    await using house = await staffed(await openApproved(1))
    house.now = new Date('2026-11-22T05:00:00Z')

    const sent = await call(house, 'send', { body: { rule: 'local hour', spread: '10m' } })

    expect(sent).toMatchObject({ status: 200, body: { rule: 'local hour', spreadMs: 600_000 } })
    const { releaseRule, spreadMs } = await getEdition(house.db, house.editionId)
    expect([releaseRule, spreadMs]).toEqual(['local hour', 600_000])
  })

  test.each([
    [{ rule: 'tomorrow' }, 'rule'],
    [{ spread: 'slowly' }, 'spread'],
    [{ spread: '48h' }, 'spread'],
    [{ overLimit: ' ' }, 'overLimit'],
    [{ hash: 'x' }, 'body'],
  ])('is not sent by %j', async (body, field) => {
    await using house = await staffed(await openApproved(1))

    expect(refused(await call(house, 'send', { body }))).toMatchObject({ status: 422, field })
    expect(await stateOf(house)).toBe('approved')
  })
})

test('an alert over the day’s budget leaves by hand only with a reason', async () => {
  await using house = await staffed(await openApproved(1))
  const { articleId } = await ingestArticle(house.context, { headline: 'Ships collide' })
  const operatorId = house.team.publisher.id
  const { editionId, contentHash } = await draftAlert(house.context, { articleId, operatorId })
  await approveEdition(house.context, { editionId, contentHash, operatorId })
  await sql`update newsletter set alert_budget = 0 where slug = 'breaking'`.execute(house.db)

  const over = await call(house, 'send', { of: editionId, body: {} })
  const state = (await getEdition(house.db, editionId)).state
  const meant = await call(house, 'send', { of: editionId, body: { overLimit: 'A storm' } })

  expect(refused(over)).toMatchObject({ status: 409, field: 'budget' })
  expect(state).toBe('approved')
  expect(meant).toMatchObject({ status: 200, body: { state: 'sending' } })
})

describe('an edition on its way', () => {
  test('is paused and resumed, and who comes second is told what it is now', async () => {
    await using house = await staffed(await openReleased(2))

    const paused = await call(house, 'pause', { body: {} })
    const again = await call(house, 'pause', { body: {}, as: 'admin' })
    const resumed = await call(house, 'resume', { body: {} })
    const twice = await call(house, 'resume', { body: {} })

    expect(paused.body).toMatchObject({ state: 'held', stateReason: 'paused by omar' })
    expect(refused(again)).toMatchObject({
      status: 409,
      message: expect.stringContaining('is held'),
    })
    expect(resumed.body).toMatchObject({ state: 'sending', stateReason: null })
    expect(refused(twice)).toMatchObject({
      status: 409,
      message: expect.stringContaining('is sending'),
    })
    expect(await noted(house, 2)).toEqual(
      ['resume', 'pause'].map((verb) => `omar: ${verb} edition ${house.editionId}`),
    )
  })

  test.each(['pause', 'resume'])('takes no wish with %s', async (verb) => {
    await using house = await staffed(await openReleased(1))

    expect(refused(await call(house, verb, { body: { until: 'noon' } }))).toMatchObject({
      status: 422,
      field: 'body',
    })
    expect(await stateOf(house)).toBe('sending')
  })
})

describe('mails that go again', () => {
  test('are counted first, and go only with a yes to exactly that number', async () => {
    await using house = await staffed(await openSettled(3, { 2: UNCERTAIN }))

    const counted = await call(house, 'resend?what=uncertain')
    const asked = await call(house, 'resend', { body: { what: 'uncertain' } })
    const other = await call(house, 'resend', { body: { what: 'uncertain', yes: 2 } })
    const before = await fates(house)
    const done = await call(house, 'resend', { body: { what: 'uncertain', yes: 1 } })
    const twice = await call(house, 'resend', { body: { what: 'uncertain', yes: 1 } })

    expect(counted).toMatchObject({
      status: 200,
      body: { what: 'uncertain', count: 1, neverTried: 0, keepsMessageIds: true },
    })
    expect(refused(asked)).toMatchObject({
      status: 409,
      field: 'yes',
      message: expect.stringContaining('"yes": 1'),
    })
    expect(refused(other)).toMatchObject({ status: 409, field: 'yes' })
    expect(before).toEqual(['accepted', 'uncertain', 'accepted'])
    expect(done).toMatchObject({ status: 200, body: { state: 'sending', resent: 1 } })
    expect(await fates(house)).toEqual(['accepted', 'retry', 'accepted'])
    expect(refused(twice)).toMatchObject({ status: 409, field: 'what' })
    expect(await noted(house, 1)).toEqual([`omar: resend edition ${house.editionId}`])
  })

  test('that came too late need to be told how long they are worth it', async () => {
    await using house = await staffed(await openSettled(2, { 2: DEFERRED_OUT }))

    const without = await call(house, 'resend', { body: { what: 'deferred-out', yes: 1 } })
    const done = await call(house, 'resend', { body: { what: 'deferred-out', for: '2h', yes: 1 } })

    expect(refused(without)).toMatchObject({ status: 422, field: 'for' })
    expect(done.body).toMatchObject({ resent: 1 })
  })

  test('that were refused are chosen by the reply, which is listed', async () => {
    await using house = await staffed(await openSettled(3, { 2: REJECTED, 3: NO_SUCH_USER }))

    const replies = await call(house, 'resend?what=rejected')
    const counted = await call(house, 'resend?what=rejected&reply=5.7.26')
    const without = await call(house, 'resend', { body: { what: 'rejected', yes: 2 } })
    const done = await call(house, 'resend', {
      body: { what: 'rejected', reply: '5.7.26', yes: 1 },
    })

    expect(replies.body['refusals']).toMatchObject([
      { reply: '550 5.1.1 No such user', count: 1 },
      { reply: expect.stringContaining('5.7.26'), count: 1 },
    ])
    expect(counted.body).toMatchObject({
      count: 1,
      replies: [{ reply: expect.stringContaining('5.7.26'), count: 1 }],
    })
    expect(refused(without)).toMatchObject({ status: 422, field: 'reply' })
    expect(await fates(house)).toEqual(['accepted', 'retry', 'rejected'])
    expect(done.body).toMatchObject({ resent: 1 })
  })

  test.each([
    [{}, 'what'],
    [{ what: 'accepted', yes: 1 }, 'what'],
    [{ what: 'uncertain', yes: 'all' }, 'yes'],
    [{ what: 'uncertain', for: 'long', yes: 1 }, 'for'],
  ])('are not sent by %j', async (body, field) => {
    await using house = await staffed(await openSettled(1, { 1: UNCERTAIN }))

    expect(refused(await call(house, 'resend', { body }))).toMatchObject({ status: 422, field })
    expect(await fates(house)).toEqual(['uncertain'])
  })

  test('are none of an edition that was stopped', async () => {
    await using house = await staffed(await openSettled(1, { 1: UNCERTAIN }))
    await call(house, 'stop', { body: { reason: 'A hoax' } })

    const { status } = await call(house, 'resend', { body: { what: 'uncertain', yes: 1 } })

    expect(status).toBe(409)
  })
})

test.each(['send', 'pause', 'resume', 'resend'])(
  '%s needs the scope to write and a publisher',
  async (verb) => {
    await using house = await staffed(await openReleased(1))
    const body = verb === 'resend' ? { what: 'uncertain', yes: 1 } : {}

    const reading = await call(house, verb, { body, scopes: ['editions:read'] })
    const editing = await call(house, verb, { body, as: 'editor' })
    const none = await call(house, verb, { body, of: 999 })

    expect([reading.status, editing.status, none.status]).toEqual([403, 403, 404])
    expect(refused(editing).message).toContain('takes the role publisher')
    expect(await stateOf(house)).toBe('sending')
  },
)
