import { expect, test } from 'vitest'
import { composeDigest } from '#editions/compose-digest.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { getEdition } from '#editions/store.ts'
import { addReaders, openHouse } from '../house.ts'
import { ingestArticle } from '../articles-fixture.ts'

test('smoke', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  const a = await ingestArticle(house.context, { headline: 'Council votes to rebuild the fish market' })
  expect(a.kind).toBe('new')
  const { editionId } = await composeDigest(house.context, { newsletterSlug: 'daily', operatorId: null, again: false })
  const edition = await getEdition(house.db, editionId)
  const op = await house.db.insertInto('operator').values({ name: 'x', role: 'admin', created_at: house.now, disabled_at: null }).returning('id').executeTakeFirstOrThrow()
  await approveEdition(house.context, { editionId, contentHash: edition.contentHash, operatorId: op.id })
  await sendEdition(house.context, { editionId, rule: 'now' })
  console.log(await readAccounts(house.db, editionId), house.jobs)
})
