import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { composeDigest } from '#editions/compose-digest.ts'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { openHouse } from '../../house.ts'

const linkParameters = 'utm_campaign={edition}&utm_content={position}'

test('a digest’s own links carry the parameters, in the mail and behind counted clicks', async () => {
  await using house = await openHouse()
  const changes = { linkHosts: 'courier.example', linkParameters }
  await changeNewsletter(house.context, { slug: 'daily', changes })
  await ingestArticle(house.context, { headline: 'Ferries return' })

  const compose = { newsletterSlug: 'daily', operatorId: null, again: false }
  const { editionId } = await composeDigest(house.context, compose)
  const { compiled, editionDate } = await getEdition(house.db, editionId)
  await sql`update newsletter set clicks = true`.execute(house.db)
  await composeDigest(house.context, compose)
  const { compiled: counted } = await getEdition(house.db, editionId)

  const expected = `https://courier.example/ferries-return?utm_campaign=daily-${editionDate}&utm_content=1`
  expect(JSON.stringify(compiled)).toContain(expected)
  expect(counted.links?.map(({ url }) => url)).toEqual([expected])
})

test('parameters without a host to put them on are refused', async () => {
  await using house = await openHouse()

  const refused = changeNewsletter(house.context, { slug: 'daily', changes: { linkParameters } })

  await expect(refused).rejects.toThrow(Refusal)
  await expect(refused).rejects.toThrow(/linkHosts/)
})
