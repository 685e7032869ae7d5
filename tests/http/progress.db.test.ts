import { expect, test } from 'vitest'
import { sql } from 'kysely'
import { addTally } from '#deliveries/tally-store.ts'
import { createToken } from '#operators/api-token.ts'
import { addReaders } from '../house.ts'
import { ARTICLE, openApiHouse } from './api-fixture.ts'

test('the progress of an edition is told to a token that may read editions, from the counters', async () => {
  await using house = await openApiHouse()
  await addReaders(house, 2)
  await house.sendJson({ ...ARTICLE, breaking: true })
  await sql`delete from tally`.execute(house.db)
  const deltas = { planned: 10, accepted: 4, uncertain: 1, 'excluded/left': 2 }
  await addTally(house.db, { editionId: 1, shard: 7, deltas, at: house.now })

  const answer = await house.get('/api/v1/editions/1/progress')

  expect(answer).toMatchObject({
    status: 200,
    body: {
      edition: 1,
      state: 'in review',
      planning: false,
      accounts: { planned: 10, accepted: 4, uncertain: 1, waiting: 3, excludedBy: { left: 2 } },
      mailsPerSecond: 0,
      finishAt: null,
      bottleneck: null,
    },
  })
})

test('the progress is for tokens that may read editions, and of editions that there are', async () => {
  await using house = await openApiHouse()
  const { operator } = house
  const scopes = ['articles:write']
  const bearer = await createToken(house.context, { operator, name: 'other', scopes })

  expect(await house.get('/api/v1/editions/1/progress', { bearer })).toMatchObject({ status: 403 })
  expect(await house.get('/api/v1/editions/77/progress')).toMatchObject({ status: 404 })
  expect(await house.get('/api/v1/editions/x/progress')).toMatchObject({ status: 422 })
})
