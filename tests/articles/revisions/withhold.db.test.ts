import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { storeArticle } from '#articles/ingest.ts'
import { embargoArticle, restoreArticle, retractArticle } from '#articles/revisions/withhold.ts'
import { findArticleById } from '#articles/store.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { Refusal } from '#errors.ts'
import { addOperator } from '#operators/operator.ts'
import { type House, openHouse } from '../../house.ts'
import { articleText } from '../identity/article-text.ts'

const TONIGHT = new Date('2026-11-22T18:00:00Z')

async function openNewsroom(): Promise<House> {
  const house = await openHouse()
  await storeArticle(house.context, {
    article: articleText(),
    origin: { kind: 'api', name: 'desk' },
  })
  return house
}

const alert = async (house: House) => draftAlert(house.context, { articleId: 1, operatorId: null })
const digest = async (house: House) =>
  composeDigest(house.context, { newsletterSlug: 'daily', operatorId: null, again: true })

test('no alert is drafted of an article under embargo, until its time has come', async () => {
  await using house = await openNewsroom()
  await embargoArticle(house.context, { articleId: 1, until: TONIGHT })

  await expect(alert(house)).rejects.toThrow(
    'article 1 is under embargo until 2026-11-22 18:00 UTC: nothing of it goes out before',
  )
  await expect(digest(house)).rejects.toThrow('nothing new to tell')
  house.wait(TONIGHT.getTime() - house.now.getTime())
  expect(await alert(house)).toMatchObject({ made: true })
  expect(await digest(house)).toMatchObject({ stories: 1 })
})

test('an article that was retracted is in no alert and no digest, until that is taken back', async () => {
  await using house = await openNewsroom()

  const done = await retractArticle(house.context, { articleId: 1, reason: ' the wrong\nferry ' })
  const again = await retractArticle(house.context, { articleId: 1, reason: 'something else' })

  expect([done, again]).toEqual([true, false])
  expect(await findArticleById(house.db, 1)).toMatchObject({
    retractedAt: house.now,
    retraction: 'the wrong ferry',
  })
  await expect(alert(house)).rejects.toThrow('article 1 was withdrawn (the wrong ferry)')
  await expect(digest(house)).rejects.toThrow('nothing new to tell')
  expect(await restoreArticle(house.context, 1)).toBe(true)
  expect(await restoreArticle(house.context, 1)).toBe(false)
  expect(await alert(house)).toMatchObject({ made: true })
})

test.each([
  [
    'withdrawn',
    async (house: House) => retractArticle(house.context, { articleId: 1, reason: 'x' }),
  ],
  [
    'under embargo',
    async (house: House) => embargoArticle(house.context, { articleId: 1, until: TONIGHT }),
  ],
])(
  'an edition is not released when one of its articles is %s since it was chosen',
  async (words, withhold) => {
    await using house = await openNewsroom()
    const { id: operatorId } = await addOperator(house.context, { name: 'pia', role: 'publisher' })
    const { editionId } = await digest(house)
    const { rows } = await sql<{ hash: string }>`select content_hash as hash from edition`.execute(
      house.db,
    )
    await approveEdition(house.context, { editionId, contentHash: rows[0]?.hash ?? '', operatorId })
    await withhold(house)

    await expect(sendEdition(house.context, { editionId, rule: 'now' })).rejects.toThrow(words)

    const { rows: deliveries } = await sql`select 1 from delivery`.execute(house.db)
    expect(deliveries).toHaveLength(0)
  },
)

test('what cannot be is refused, and names its field', async () => {
  await using house = await openNewsroom()
  const { context } = house

  expect(await refusalOf(retractArticle(context, { articleId: 77, reason: 'x' }))).toEqual([
    404,
    'article',
  ])
  expect(await refusalOf(retractArticle(context, { articleId: 1, reason: ' \u200B ' }))).toEqual([
    422,
    'reason',
  ])
  expect(await refusalOf(embargoArticle(context, { articleId: 1, until: house.now }))).toEqual([
    422,
    'embargoUntil',
  ])
  expect(await findArticleById(house.db, 1)).toMatchObject({
    retractedAt: null,
    embargoUntil: null,
  })
})

async function refusalOf(act: Promise<unknown>): Promise<unknown> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof Refusal ? [error.status, error.field] : error
}
