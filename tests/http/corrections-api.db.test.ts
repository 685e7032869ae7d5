import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Scope } from '#operators/api-token.ts'
import { RIGHT, WRONG } from '../deliveries/corrections/correction-fixture.ts'
import { openReleased, type ReleasedHouse, stateOf } from '../deliveries/settled-fixture.ts'
import { addTeam, type ApiAnswer, callApi, noted, refused, type Team } from './api-call.ts'

let house: ReleasedHouse
let team: Team
beforeEach(async () => {
  house = await openReleased(2)
  team = await addTeam(house)
})
afterEach(async () => house[Symbol.asyncDispose]())

async function call(
  path: string,
  {
    body,
    method,
    as = 'publisher',
    scopes = ['editions:read', 'editions:write'],
  }: { body?: object; method?: string; as?: keyof Team; scopes?: Scope[] } = {},
): Promise<ApiAnswer> {
  const asked = { as: team[as], scopes, ...(body && { body }), ...(method && { method }) }
  return callApi(house, path, asked)
}

async function articleOf(): Promise<number> {
  const { rows } = await sql<{ id: number }>`select id from article`.execute(house.db)
  return rows[0]?.id ?? 0
}

const DECISION = {
  label: 'correction',
  was: WRONG,
  now: RIGHT,
  way: 'edition',
  headline: 'Council votes 16 to 7 for the fish market',
}

describe('a correction', () => {
  test('is opened, decided and accepted by what was seen, once', async () => {
    const opened = await call('/corrections', { body: { article: await articleOf() } })
    const twice = await call('/corrections', { body: { article: await articleOf() }, as: 'admin' })
    const held = await stateOf(house)
    const decided = await call('/corrections/1/decide', { body: DECISION })
    const [proposal] = decided.body['proposals'] as { contentHash: string }[]
    const hashes = [proposal?.contentHash ?? '']
    const waiting = await call('/corrections/1', { as: 'viewer' })
    const unseen = await call('/corrections/1/accept', { body: { hashes: ['a'.repeat(64)] } })
    const accepted = await call('/corrections/1/accept', { body: { hashes } })
    const again = await call('/corrections/1/accept', { body: { hashes }, as: 'admin' })

    expect(opened).toMatchObject({
      status: 201,
      body: { correction: 1, editions: [{ version: 1 }] },
    })
    expect(refused(twice)).toMatchObject({
      status: 409,
      message: expect.stringContaining('being corrected already'),
    })
    expect([held, await stateOf(house)]).toEqual(['held', 'sending'])
    expect(waiting.body['proposals']).toEqual(decided.body['proposals'])
    expect(unseen.status).toBe(409)
    expect(accepted).toMatchObject({ status: 200, body: { editions: [{ version: 2 }] } })
    expect(refused(again)).toMatchObject({
      status: 409,
      message: expect.stringContaining('accepted already'),
    })
    expect(await noted(house, 9)).toEqual(
      ['omar: accept', 'omar: decide', 'omar: open'].map(
        (verb) => `${verb} correction correction 1`,
      ),
    )
  })

  test('is listed, shown, and dismissed with a reason', async () => {
    await call('/corrections', { body: { article: await articleOf() } })

    const list = await call('/corrections', { as: 'viewer' })
    const shown = await call('/corrections/1', { as: 'viewer' })
    const none = await call('/corrections/9', { as: 'viewer' })
    const dismissed = await call('/corrections/1/dismiss', { body: { reason: 'It was right' } })

    expect(list.body['corrections']).toMatchObject([{ id: 1, state: 'open' }])
    expect(shown.body).toMatchObject({ id: 1, editions: [{ editionId: house.editionId }] })
    expect(none.status).toBe(404)
    expect(dismissed.body).toEqual({ correction: 1, resumed: [house.editionId], stay: [] })
  })

  test.each([
    ['', { article: 'x' }],
    ['/1/decide', { ...DECISION, label: 'oops' }],
    ['/1/accept', { hashes: ['short'] }],
    ['/1/dismiss', {}],
  ])('is left as it is by a wrong body: /corrections%s %j', async (path, body) => {
    if (path !== '') await call('/corrections', { body: { article: await articleOf() } })

    expect((await call(`/corrections${path}`, { body })).status).toBe(422)
  })

  test.each(['', '/1/decide', '/1/accept', '/1/dismiss'])(
    'needs the scope to write and a publisher: /corrections%s',
    async (path) => {
      const body = { article: 1, hashes: [], reason: 'x', ...DECISION }

      const reading = await call(`/corrections${path}`, { body, scopes: ['editions:read'] })
      const editing = await call(`/corrections${path}`, { body, as: 'editor' })

      expect([reading.status, editing.status]).toEqual([403, 403])
      expect(await stateOf(house)).toBe('sending')
    },
  )
})

const draftOf = () => `/editions/${house.editionId + 1}/draft`
const edit = async (text: string, draft: number, as: keyof Team = 'editor') =>
  call(draftOf(), {
    method: 'PATCH',
    body: { draft, edits: [{ change: 'subject', text }] },
    as,
  })

describe('a draft', () => {
  beforeEach(async () => {
    await sql`delete from edition_story`.execute(house.db)
    await call('/newsletters/daily/editions', { body: { again: true } })
  })

  test('is shown with its stories, and changed by whoever saw it last', async () => {
    const before = await call(draftOf(), { as: 'viewer' })
    const changed = await edit('The market comes back', 1)
    const late = await edit('The market is back', 1)
    const after = await call(draftOf(), { as: 'viewer' })

    expect(before.body).toMatchObject({
      state: 'draft',
      draft: 1,
      stories: [{ headline: 'Council votes to rebuild the fish market' }],
      edits: [],
    })
    expect(changed.body).toMatchObject({ draft: 2 })
    expect(late.status).toBe(409)
    expect(after.body).toMatchObject({
      subject: 'The market comes back',
      edits: [{ draftNumber: 2, actor: 'eva', changes: ['wrote the subject'] }],
    })
  })

  test('is not changed by a viewer, a token that reads, or a wish that is none', async () => {
    const body = { draft: 1, edits: [{ change: 'colour' }] }

    const looking = await edit('Mine', 1, 'viewer')
    const reading = await call(draftOf(), { method: 'PATCH', body, scopes: ['editions:read'] })
    const wrong = await call(draftOf(), { method: 'PATCH', body })

    expect([looking.status, reading.status, wrong.status]).toEqual([403, 403, 422])
    expect((await call(draftOf())).body).toMatchObject({ draft: 1 })
  })
})
