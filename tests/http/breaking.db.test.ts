import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createToken } from '#operators/api-token.ts'
import { addOperator, type Role } from '#operators/operator.ts'
import { addReaders } from '../house.ts'
import { ARTICLE, type ApiHouse, openApiHouse, PARAGRAPHS, withoutUse } from './api-fixture.ts'
import { contentsOf } from './web-fixture.ts'

let house: ApiHouse
beforeEach(async () => {
  house = await openApiHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

describe('breaking news', () => {
  const breaking = { ...ARTICLE, breaking: true }
  let releaser: string
  beforeEach(async () => {
    await addReaders(house, 3)
    releaser = await createToken(house.context, {
      operator: house.operator,
      name: 'wire',
      scopes: ['articles:write', 'alerts:release', 'editions:read'],
    })
  })

  test('about an event that readers were alerted to waits for a person, whatever its address', async () => {
    await house.sendJson(breaking, { bearer: releaser })

    const again = await house.sendJson(
      {
        ...breaking,
        url: 'https://courier.example/another-address',
        headline: `${breaking.headline} today`,
        paragraphs: [
          ...PARAGRAPHS,
          'Builders of three towns have asked for the plans, an architect of the harbour office said on Sunday.',
        ],
      },
      { bearer: releaser },
    )

    expect(again.body).toMatchObject({ article: { status: 'new' }, alert: { state: 'in review' } })
  })

  test('drafts an alert that waits for a person', async () => {
    const answer = await house.sendJson(breaking)

    expect(answer.body).toMatchObject({ alert: { edition: 1, state: 'in review' } })
    expect(await house.rowsOf('delivery')).toBe(0)
    expect(house.jobs.map((job) => job.name)).toEqual(['cluster-article'])
    expect(await verbs()).toEqual(['ingest', 'draft alert'])
  })

  test('by a token that may release it is planned in the same request, and its job is left after the commit', async () => {
    const seen: number[] = []
    const { enqueue } = house.context
    house.context.enqueue = async (name, data) => {
      if (name === 'drain-lane') seen.push(await house.rowsOf('delivery'))
      return enqueue(name, data)
    }

    const answer = await house.sendJson(breaking, { bearer: releaser })

    expect(answer).toMatchObject({ status: 201, body: { alert: { edition: 1, state: 'sending' } } })
    expect(seen).toEqual([3])
    expect(house.jobs).toContainEqual({ name: 'drain-lane', data: { lane: 'alert' } })
    expect(await verbs()).toEqual(['ingest', 'draft alert', 'release alert'])
  })

  test('sent twice and at once is one alert', async () => {
    await Promise.all(
      Array.from({ length: 4 }, async () => house.sendJson(breaking, { bearer: releaser })),
    )

    const again = await house.sendJson(breaking, { bearer: releaser })

    expect(again).toMatchObject({
      status: 200,
      body: { article: { status: 'known' }, alert: { edition: 1, state: 'sending' } },
    })
    expect(await house.rowsOf('edition')).toBe(1)
    expect(await house.rowsOf('delivery')).toBe(3)
  })

  test('that is corrected after its alert waits for a person, unless it is released in so many words after the cooldown', async () => {
    await house.sendJson(breaking, { bearer: releaser })
    const changed = {
      ...breaking,
      paragraphs: [...PARAGRAPHS, 'The vote was repeated on Monday with the same result.'],
    }

    const implied = await house.sendJson(changed, { bearer: releaser })
    const rows = await house.rowsOf('delivery')
    const soon = await house.sendJson({ ...changed, release: true }, { bearer: releaser })
    house.wait(31 * 60_000)
    const said = await house.sendJson({ ...changed, release: true }, { bearer: releaser })

    expect(implied.body).toMatchObject({
      article: { revision: 2 },
      alert: { edition: 2, state: 'in review' },
    })
    expect(rows).toBe(3)
    expect(soon.body).toMatchObject({
      alert: { state: 'in review', waits: expect.stringContaining('30 min are to lie between') },
    })
    expect(said.body).toMatchObject({ alert: { edition: 2, state: 'sending' } })
  })

  test('that a person was still to look at is released by the next request that may', async () => {
    await house.sendJson(breaking)

    const answer = await house.sendJson(breaking, { bearer: releaser })

    expect(answer.body).toMatchObject({ alert: { edition: 1, state: 'sending' } })
    expect(await house.rowsOf('edition')).toBe(1)
  })

  test.each([
    ['in its JSON', '', 'application/json', { ...breaking, release: false }],
    [
      'in JSON that is called a form',
      '',
      'application/x-www-form-urlencoded',
      { ...breaking, release: false },
    ],
    ['in the address', '?release=false', 'application/json', { ...breaking, release: true }],
  ])('with "do not release" %s is only drafted', async (_, ...[query, type, article]) => {
    const answer = await house.send({
      type,
      body: JSON.stringify(article),
      bearer: releaser,
      query,
    })

    expect(answer.body).toMatchObject({ alert: { state: 'in review' } })
    expect(await house.rowsOf('delivery')).toBe(0)
  })

  test.each<[string, Role, string[]]>([
    ['without the scope', 'publisher', ['articles:write']],
    ['of an operator who may not release by hand', 'editor', ['articles:write', 'alerts:release']],
  ])(
    'with "release" by a token %s is answered 403, and nothing is stored',
    async (_, role, scopes) => {
      const other = await addOperator(house.context, { name: 'other', role })
      const bearer = await createToken(house.context, { operator: other, name: 'other', scopes })
      const before = await contentsOf(house)

      const answer = await house.sendJson({ ...breaking, release: true }, { bearer })

      expect(answer).toEqual({
        status: 403,
        body: { error: { message: expect.stringContaining('alerts:release'), field: 'release' } },
      })
      expect(withoutUse(await contentsOf(house))).toEqual(withoutUse(before))
      expect(house.jobs).toEqual([])
    },
  )

  test('that cannot be released leaves no article, no row and no job', async () => {
    house.context.relay = { test: false }
    const before = await contentsOf(house)

    const answer = await house.sendJson(breaking, { bearer: releaser })

    expect(answer).toMatchObject({
      status: 422,
      body: { error: { message: expect.stringContaining('settings set') } },
    })
    expect(withoutUse(await contentsOf(house))).toEqual(withoutUse(before))
    expect(house.jobs).toEqual([])
  })

  test('that a check stops is taken, and its alert waits for a person and says why', async () => {
    const headline = 'Harbour closed: {{ headline }}'

    const { status, body } = await house.sendJson({ ...breaking, headline }, { bearer: releaser })

    expect(status).toBe(201)
    expect(body).toMatchObject({
      article: { id: 1 },
      alert: {
        state: 'in review',
        waits: expect.stringMatching(/Leftovers: .*--pass "leftovers"/),
      },
    })
    expect(await house.rowsOf('delivery')).toBe(0)
  })

  test('a wish in the address that is neither true nor false is refused by its name', async () => {
    const answer = await house.send({
      type: 'application/json',
      body: JSON.stringify(ARTICLE),
      query: '?breaking=1',
    })

    expect(answer).toEqual({
      status: 422,
      body: { error: { message: 'breaking must be true or false', field: 'breaking' } },
    })
  })

  test('the accounts of an edition can be read with the scope', async () => {
    await house.sendJson(breaking, { bearer: releaser })

    const { body } = await house.get('/api/v1/editions/1', { bearer: releaser })

    expect(body).toMatchObject({
      id: 1,
      kind: 'alert',
      state: 'sending',
      test: true,
      accounts: { planned: 3, waiting: 3 },
    })
  })
})

async function verbs(): Promise<string[]> {
  const { rows } = await sql<{ verb: string }>`select verb from audit_event order by id`.execute(
    house.db,
  )
  return rows.map((row) => row.verb)
}
