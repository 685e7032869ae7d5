import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { clusterArticle, clusterWaiting } from '#stories/cluster.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type House, openHouse } from '../house.ts'

const MARKET = 'Council votes to rebuild the fish market'

async function stories({ db }: House) {
  const { rows } = await sql<{ story: number; articles: number[]; lead: number }>`
    select story_id as story, array_agg(article_id order by article_id)::integer[] as articles
         , min(article_id) filter (where lead) as lead
      from story_article group by story_id order by story_id`.execute(db)
  return rows.map(({ articles, lead }) => ({ articles, lead }))
}

async function ingestPair(house: House) {
  const one = await ingestArticle(house.context, { headline: MARKET })
  const two = await ingestArticle(house.context, {
    headline: 'Fish market to be rebuilt, council votes',
    about: MARKET,
  })
  return [one.articleId, two.articleId]
}

test('articles about one event join one story, which the first of them leads', async () => {
  await using house = await openHouse()
  const pair = await ingestPair(house)

  for (const articleId of pair) await clusterArticle(house.context, articleId)

  expect(await stories(house)).toEqual([{ articles: pair, lead: pair[0] }])
})

test('asking again changes nothing', async () => {
  await using house = await openHouse()
  const [articleId = 0] = await ingestPair(house)

  const first = await clusterArticle(house.context, articleId)
  const again = await clusterArticle(house.context, articleId)

  expect(again).toEqual(first)
  expect(await stories(house)).toHaveLength(1)
})

test('two articles about one event that come in together find each other', async () => {
  await using house = await openHouse()
  const pair = await ingestPair(house)

  await Promise.all(pair.map(async (articleId) => clusterArticle(house.context, articleId)))

  expect(await stories(house)).toMatchObject([{ articles: pair }])
})

test('an article about something else opens a story of its own', async () => {
  await using house = await openHouse()
  const { articleId } = await ingestArticle(house.context, { headline: MARKET })
  const other = await ingestArticle(house.context, {
    headline: 'Rovers win the derby at the last minute',
    paragraphs: [
      'A header in stoppage time gave Ansel Rovers the derby and sent the visitors home without a point for the first time.',
      'The stadium saw its largest crowd since spring, and the manager called it the best evening of a long season.',
    ],
  })

  await clusterWaiting(house.context)

  expect(await stories(house)).toEqual([
    { articles: [articleId], lead: articleId },
    { articles: [other.articleId], lead: other.articleId },
  ])
})

test('the same text four days later is a copy, and no news', async () => {
  await using house = await openHouse()
  const first = await ingestArticle(house.context, { headline: MARKET })
  house.wait(4 * 24 * 60 * 60_000)
  const second = await ingestArticle(house.context, {
    headline: 'Fish market to be rebuilt, council votes',
    about: MARKET,
  })

  await clusterWaiting(house.context)

  expect(await stories(house)).toMatchObject([{ articles: [first.articleId, second.articleId] }])
})

test('articles whose job was lost are found and put into their stories', async () => {
  await using house = await openHouse()
  await ingestPair(house)

  const found = await clusterWaiting(house.context)

  expect(found).toBe(2)
  expect(await clusterWaiting(house.context)).toBe(0)
  expect(await stories(house)).toHaveLength(1)
})
