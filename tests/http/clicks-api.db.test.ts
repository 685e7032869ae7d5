import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { composeDigest } from '#editions/compose-digest.ts'
import { switchClicks } from '#editions/newsletter.ts'
import { createToken } from '#operators/api-token.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type ApiHouse, openApiHouse } from './api-fixture.ts'

async function draft(house: ApiHouse): Promise<number> {
  await ingestArticle(house.context, { headline: 'Harbour closed' })
  const wish = { newsletterSlug: 'daily', operatorId: null, again: false }
  return (await composeDigest(house.context, wish)).editionId
}

test('the clicks of an edition are told by story, and small groups are hidden', async () => {
  await using house = await openApiHouse()
  await switchClicks(house.context, { slug: 'daily', on: true })
  const editionId = await draft(house)
  const path = `/api/v1/editions/${editionId}/clicks`
  const empty = await house.get(path)
  await sql`
    insert into click_count (edition_id, position, readers, opens, scans)
    values (${editionId}, -1, 12, 15, 40), (${editionId}, 0, 12, 15, 40)`.execute(house.db)

  const { status, body } = await house.get(path)

  expect(empty.body).toMatchObject({ stories: [{ readers: null, opens: null, hidden: true }] })
  expect([status, body]).toEqual([
    200,
    {
      edition: editionId,
      counted: true,
      stories: [
        {
          position: 0,
          storyId: expect.any(Number),
          headline: 'Harbour closed',
          readers: 12,
          opens: 15,
          hidden: false,
        },
      ],
      total: { readers: 12, opens: 15, hidden: false },
      scans: 40,
    },
  ])
})

test('an edition without counting says so, and a token that may not read editions reads no clicks', async () => {
  await using house = await openApiHouse()
  const editionId = await draft(house)
  const bearer = await createToken(house.context, {
    operator: house.operator,
    name: 'writer',
    scopes: ['articles:write'],
  })

  const told = await house.get(`/api/v1/editions/${editionId}/clicks`)
  const refused = await house.get(`/api/v1/editions/${editionId}/clicks`, { bearer })
  const missing = await house.get('/api/v1/editions/99/clicks')

  expect(told.body).toEqual({ edition: editionId, counted: false })
  expect([refused.status, missing.status]).toEqual([403, 404])
})

test('a link of a mail leads on without a trace for others: no referrer, no cache, no index, no cookie', async () => {
  await using house = await openApiHouse()
  await switchClicks(house.context, { slug: 'daily', on: true })
  const about = { publicId: 0, reference: await draft(house), addressVersion: 0 }

  const { status, headers } = await house.web.request(
    `/k/0/${sealToken(house.context.secrets, 'click', about)}`,
  )

  expect([status, headers.get('location')]).toEqual([302, 'https://courier.example/harbour-closed'])
  expect({
    referrer: headers.get('referrer-policy'),
    cache: headers.get('cache-control'),
    robots: headers.get('x-robots-tag'),
    cookies: headers.getSetCookie(),
  }).toEqual({ referrer: 'no-referrer', cache: 'no-store', robots: 'noindex', cookies: [] })
})

test('a link that is none is a page that says so, and leads nowhere', async () => {
  await using house = await openApiHouse()

  const answer = await house.web.request(`/k/0/${'A'.repeat(47)}`)

  expect([answer.status, answer.headers.get('location')]).toEqual([404, null])
  expect(await answer.text()).toContain('There is no such link')
})
