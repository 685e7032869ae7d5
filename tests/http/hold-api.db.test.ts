import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeHold, holdEverything } from '#deliveries/restore-mark.ts'
import type { Scope } from '#operators/api-token.ts'
import { openReleased, type ReleasedHouse } from '../deliveries/settled-fixture.ts'
import { addTeam, type ApiAnswer, callApi, noted, refused, type Team } from './api-call.ts'

let house: ReleasedHouse
let team: Team
let dataDir: string
beforeEach(async () => {
  house = await openReleased(1)
  team = await addTeam(house)
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-hold-api-'))
})
afterEach(async () => {
  await rm(dataDir, { recursive: true })
  await house[Symbol.asyncDispose]()
})

async function call(
  path: string,
  {
    body,
    as = 'publisher',
    scopes = ['editions:read', 'editions:write'],
  }: { body?: object; as?: keyof Team; scopes?: Scope[] } = {},
): Promise<ApiAnswer> {
  return callApi(house, path, { as: team[as], scopes, dataDir, ...(body && { body }) })
}

test('one switch holds everything, says why and what waits, and lets it go on', async () => {
  const before = await call('/hold')
  const held = await call('/hold', { body: { reason: 'wrong sender' } })
  const shown = await call('/hold', { as: 'viewer' })
  const released = await call('/hold/release', { body: {} })

  expect(before).toEqual({ status: 200, body: { held: false } })
  expect(held.status).toBe(201)
  expect(shown.body).toMatchObject({
    held: true,
    reason: 'wrong sender (omar)',
    since: house.now.toISOString(),
    lost: false,
    doubts: [{ edition: house.editionId, state: 'sending' }],
  })
  expect(released.body).toMatchObject({ held: false, replayed: { left: 0, damaged: 0 } })
  expect(await noted(house, 2)).toEqual(['omar: release hold everything', 'omar: hold everything'])
})

test('of two who hold everything the second is told what for, and the same of a release', async () => {
  await call('/hold', { body: { reason: 'wrong sender' } })

  const second = await call('/hold', { body: { reason: 'wrong template' }, as: 'admin' })
  await call('/hold/release', { body: {} })
  const late = await call('/hold/release', { body: {}, as: 'admin' })

  expect(refused(second)).toEqual({
    status: 409,
    message: 'everything is held already: wrong sender (omar)',
  })
  expect(refused(late)).toEqual({ status: 409, message: 'nothing is held' })
  expect((await noted(house, 1))[0]).toContain('omar')
})

test('two who hold everything at the same moment: one does, the other learns why', async () => {
  const reasons = ['wrong sender', 'wrong template']

  const before = await Promise.all(
    reasons.map(async (reason) => holdEverything(house.context, { reason })),
  )

  const winner = (await describeHold(house.db))?.reason
  expect(before).toHaveLength(2)
  expect(new Set(before)).toEqual(new Set([winner, null]))
})

test('nothing leaves meanwhile: an edition cannot be sent', async () => {
  await call('/hold', { body: { reason: 'wrong sender' } })

  const sent = await call(`/editions/${house.editionId}/send`, { body: {} })

  expect(refused(sent)).toMatchObject({
    status: 409,
    message: expect.stringContaining('everything is held'),
  })
})

test.each([
  ['/hold', {}, 'reason'],
  ['/hold', { reason: ' ' }, 'reason'],
  ['/hold', { reason: 'x', for: '2h' }, 'body'],
  ['/hold/release', { withoutLeavings: 'yes' }, 'withoutLeavings'],
])('%s refuses %j', async (path, body, field) => {
  expect(refused(await call(path, { body }))).toMatchObject({ status: 422, field })
  expect(await describeHold(house.db)).toBeUndefined()
})

test.each(['/hold', '/hold/release'])(
  '%s needs the scope to write and a publisher',
  async (path) => {
    const body = path === '/hold' ? { reason: 'x' } : {}

    const reading = await call(path, { body, scopes: ['editions:read'] })
    const editing = await call(path, { body, as: 'editor' })
    const looking = await call('/hold', { scopes: ['editions:write'] })

    expect([reading.status, editing.status, looking.status]).toEqual([403, 403, 403])
    expect(await describeHold(house.db)).toBeUndefined()
  },
)
