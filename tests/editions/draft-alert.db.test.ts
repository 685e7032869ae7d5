import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { openHouse } from '../house.ts'

const HEADLINE = 'Harbour closed after two ships collide'

test('an alert waits for a person, however it was asked for', async () => {
  await using house = await openHouse()
  const { articleId } = await ingestArticle(house.context, { headline: HEADLINE, breaking: true })

  const { editionId, contentHash, made } = await draftAlert(house.context, {
    articleId,
    operatorId: null,
  })

  const edition = await getEdition(house.db, editionId)
  expect(made).toBe(true)
  expect(edition).toMatchObject({
    kind: 'alert',
    state: 'in review',
    subject: HEADLINE,
    contentHash,
    approvedHash: null,
  })
})

test('one revision of an article drafts one alert, however often and by however many it is asked for', async () => {
  await using house = await openHouse()
  const { articleId } = await ingestArticle(house.context, { headline: HEADLINE })

  const drafts = await Promise.all(
    [1, 2, 3].map(async () => draftAlert(house.context, { articleId, operatorId: null })),
  )

  expect(new Set(drafts.map((draft) => draft.editionId)).size).toBe(1)
  expect(drafts.filter((draft) => draft.made)).toHaveLength(1)
  expect((await sql`select 1 from edition`.execute(house.db)).rows).toHaveLength(1)
})

test('a new revision drafts an alert of its own', async () => {
  await using house = await openHouse()
  const { articleId } = await ingestArticle(house.context, { headline: HEADLINE })
  const first = await draftAlert(house.context, { articleId, operatorId: null })
  const revision = await ingestArticle(house.context, {
    headline: HEADLINE,
    about: 'Nobody was hurt',
  })

  const second = await draftAlert(house.context, { articleId, operatorId: null })

  expect(revision).toMatchObject({ articleId, revision: 2 })
  expect(second.made).toBe(true)
  expect(second.editionId).not.toBe(first.editionId)
})

test('an article that does not exist is refused by name', async () => {
  await using house = await openHouse()

  await expect(draftAlert(house.context, { articleId: 99, operatorId: null })).rejects.toThrow(
    Refusal,
  )
})
