import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { composeDigest } from '#editions/compose-digest.ts'
import { contentHashOf } from '#editions/content-hash.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { approve } from '../deliveries/send-fixture.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type House, openHouse } from '../house.ts'

const MARKET = 'Council votes to rebuild the fish market'
const ROVERS = {
  headline: 'Rovers win the derby at the last minute',
  topics: ['Sport'],
  paragraphs: [
    'A header in stoppage time gave Ansel Rovers the derby and sent the visitors home without a point for the first time.',
    'The stadium saw its largest crowd since spring, and the manager called it the best evening of a long season.',
  ],
}

async function compose(house: House, again = false) {
  return composeDigest(house.context, { newsletterSlug: 'daily', operatorId: null, again })
}

async function headlines({ db }: House, editionId: number): Promise<string[]> {
  const { rows } = await sql<{ headline: string }>`
    select r.headline from edition_story es join article_revision r using (article_id, revision)
     where es.edition_id = ${editionId} and not es.followers order by es.position`.execute(db)
  return rows.map((row) => row.headline)
}

async function markSent(
  { db, now }: House,
  editionId: number,
  { test: isTest }: { test: boolean },
) {
  await sql`
    update edition set state = 'sent', test = ${isTest}, approved_hash = content_hash, release_at = ${now}
         , planned_at = ${now}, sent_at = ${now}, audience = 1
     where id = ${editionId}`.execute(db)
}

test('two articles about one event are one story, told once', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  await ingestArticle(house.context, {
    headline: 'Fish market to be rebuilt, council votes',
    about: MARKET,
  })
  await ingestArticle(house.context, ROVERS)

  const { editionId, stories } = await compose(house)

  expect(stories).toBe(2)
  expect(await headlines(house, editionId)).toEqual([MARKET, ROVERS.headline])
})

test('a story told by several leads, and breaking news leads before it', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  await ingestArticle(house.context, {
    headline: 'Fish market to be rebuilt, council votes',
    about: MARKET,
  })
  await ingestArticle(house.context, { ...ROVERS, breaking: true })

  const { editionId } = await compose(house)

  expect(await headlines(house, editionId)).toEqual([ROVERS.headline, MARKET])
  expect((await getEdition(house.db, editionId)).subject).toBe(ROVERS.headline)
})

test('composing again on the same day renews the draft as its next version', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  const first = await compose(house)
  const before = await getEdition(house.db, first.editionId)
  await ingestArticle(house.context, ROVERS)

  const second = await compose(house)

  const after = await getEdition(house.db, second.editionId)
  expect(second).toMatchObject({ editionId: first.editionId, stories: 2 })
  expect(after).toMatchObject({ state: 'draft', version: 2 })
  expect(after.contentHash).not.toBe(before.contentHash)
  expect(after.contentHash).toBe(contentHashOf(after))
})

test('an approved edition of the day is not renewed; asked for another one, there is one', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  const { editionId } = await compose(house)
  await approve(house, editionId)
  await ingestArticle(house.context, ROVERS)

  await expect(compose(house)).rejects.toThrow(/approved or out already/)
  const another = await compose(house, true)

  expect(another.editionId).not.toBe(editionId)
  expect(await headlines(house, another.editionId)).toEqual([ROVERS.headline])
  expect((await getEdition(house.db, editionId)).version).toBe(1)
})

test('a story that went out is not told again, not even when more is written about it', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  const { editionId } = await compose(house)
  await markSent(house, editionId, { test: false })
  house.wait(24 * 60 * 60_000)
  await ingestArticle(house.context, {
    headline: 'Fish market to be rebuilt, council votes',
    about: MARKET,
  })
  await ingestArticle(house.context, ROVERS)

  const next = await compose(house)

  expect(await headlines(house, next.editionId)).toEqual([ROVERS.headline])
})

test('a story that only went into the built-in inbox is still news', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  const { editionId } = await compose(house)
  await markSent(house, editionId, { test: true })
  house.wait(24 * 60 * 60_000)

  const next = await compose(house)

  expect(await headlines(house, next.editionId)).toEqual([MARKET])
})

test('nothing new to tell is said, and makes no edition', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  house.wait(37 * 60 * 60_000)

  await expect(compose(house)).rejects.toThrow(Refusal)

  expect((await sql`select 1 from edition`.execute(house.db)).rows).toEqual([])
})

test('nine stories are told, and the others are counted', async () => {
  await using house = await openHouse()
  for (let number = 1; number <= 10; number += 1) {
    await ingestArticle(house.context, {
      headline: `Report ${words(number)}`,
      paragraphs: [prose(number), prose(number + 20)],
    })
  }

  const { editionId, stories } = await compose(house)

  expect(stories).toBe(9)
  expect(await headlines(house, editionId)).toHaveLength(9)
  expect((await getEdition(house.db, editionId)).compiled).toMatchObject({
    digest: { moreOnWeb: 1 },
  })
})

/** Words of its own for each number, so that no two articles are alike. */
function words(number: number): string {
  return [3, 5, 7]
    .map(
      (step) =>
        `word${String.fromCodePoint(97 + number)}${'xyzuvw'.charAt((number * step) % 6)}${number}`,
    )
    .join(' ')
}

function prose(number: number): string {
  return Array.from({ length: 30 }, (_, index) => `term${number}x${index}`).join(' ') + '.'
}

test('what a feed held before it was added is told only by choice, and only what was published since', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  await ingestArticle(house.context, ROVERS)
  await sql`
    update article set seeded = true`.execute(house.db)
  await sql`
    update article_revision set published_at = ${house.now}::timestamptz - interval '30 hours'
     where headline = ${MARKET}`.execute(house.db)

  await expect(compose(house)).rejects.toThrow(
    '1 from the last 24 hours were in a feed before it was added: --since 24h',
  )
  const { editionId } = await composeDigest(house.context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: false,
    historySince: new Date(house.now.getTime() - 24 * 3_600_000),
  })

  expect(await headlines(house, editionId)).toEqual([ROVERS.headline])
})

test('nothing withdrawn is told, and nothing under embargo before its hour, even days later', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  await ingestArticle(house.context, ROVERS)
  await sql`
    update article a set retracted_at = ${house.now} from article_revision r
     where r.article_id = a.id and r.headline = ${ROVERS.headline}`.execute(house.db)
  await sql`
    update article a set embargo_until = ${house.now}::timestamptz + interval '3 days' from article_revision r
     where r.article_id = a.id and r.headline = ${MARKET}`.execute(house.db)

  await expect(compose(house)).rejects.toThrow('nothing new to tell')
  house.wait(72 * 3_600_000)
  const { editionId } = await compose(house)

  expect(await headlines(house, editionId)).toEqual([MARKET])
})
