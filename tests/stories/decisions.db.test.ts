import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { storeArticle } from '#articles/ingest.ts'
import { clusterArticle, clusterWaiting } from '#stories/cluster.ts'
import { mergeStories, splitArticle } from '#stories/decisions.ts'
import { getStoryView } from '#stories/list-stories.ts'
import { StoryWindow } from '#stories/story-window.ts'
import { articleText } from '../articles/identity/article-text.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type House, openHouse } from '../house.ts'

const MARKET = 'Council votes to rebuild the fish market'
const DERBY = 'Rovers win the derby at the last minute'

let house: House
let window: StoryWindow
beforeEach(async () => {
  house = await openHouse()
  window = new StoryWindow()
})
afterEach(async () => house[Symbol.asyncDispose]())

async function take(headline: string, about = headline): Promise<number> {
  const { articleId } = await ingestArticle(house.context, { headline, about })
  return articleId
}

const cluster = async (articleId: number) => clusterArticle(house.context, articleId, window)

async function storyOf(articleId: number): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select story_id as id from story_article where article_id = ${articleId}`.execute(house.db)
  return rows[0]?.id ?? 0
}

async function twoStories() {
  const [market, derby] = [await take(MARKET), await take(DERBY)]
  const into = (await cluster(market)).storyId
  const from = (await cluster(derby)).storyId
  return { market, derby, into, from }
}

const merge = async (into: number, from: number) =>
  mergeStories(house.context, { into, from, operatorId: null })
const split = async (articleId: number, into?: number) =>
  splitArticle(house.context, { articleId, into, operatorId: null })

test('merged stories are one, which what comes later joins', async () => {
  const { market, derby, into, from } = await twoStories()

  await merge(into, from)
  const later = await take('What the derby of the last minute means for Rovers', DERBY)
  await cluster(later)

  expect(await storyOf(derby)).toBe(into)
  expect(await storyOf(later)).toBe(into)
  expect((await getStoryView(house.db, into)).articles.map(({ article }) => article)).toEqual(
    expect.arrayContaining([market, derby, later]),
  )
})

test('who asks for a story that was put into another learns which', async () => {
  const { into, from } = await twoStories()

  await merge(into, from)

  expect((await getStoryView(house.db, from)).mergedInto).toBe(into)
  await expect(merge(from, into)).rejects.toThrow(`story ${from} was put into story ${into}`)
})

test('a chain of merges leads to the last', async () => {
  const { into, from } = await twoStories()
  const third = (await cluster(await take('Storm takes the roof off the town hall'))).storyId

  await merge(into, from)
  await merge(third, into)

  expect((await getStoryView(house.db, from)).mergedInto).toBe(third)
})

test.each([
  ['itself', async (into: number) => merge(into, into), 'are one story already'],
  ['one that is not there', async (into: number) => merge(into, 999), 'no running story 999'],
])('a story is not merged with %s', async (_with, act, words) => {
  const { into } = await twoStories()

  await expect(act(into)).rejects.toThrow(words)
})

test('a sweep, a revision and a fresh process keep what a person merged', async () => {
  const { derby, into, from } = await twoStories()
  await merge(into, from)

  await clusterWaiting(house.context)
  await clusterArticle(house.context, derby)

  expect(await storyOf(derby)).toBe(into)
})

test('an article that was parted stays apart, and its later likes go to the likelier story', async () => {
  const { market, derby, into, from } = await twoStories()
  await merge(into, from)

  const done = await split(derby)
  await clusterWaiting(house.context)
  await clusterArticle(house.context, derby)
  const later = await take('What the derby of the last minute means for Rovers', DERBY)
  await cluster(later)

  expect(done.storyId).not.toBe(into)
  expect(await storyOf(derby)).toBe(done.storyId)
  expect(await storyOf(later)).toBe(done.storyId)
  expect(await storyOf(market)).toBe(into)
})

test('a copy of a parted text goes where the text went', async () => {
  const text = articleText({ guid: 'a-1' })
  const reword = (publisher: string) => ({
    article: {
      ...text,
      guid: publisher,
      publisher,
      canonicalUrl: `https://${publisher}.example/a`,
    },
    origin: { kind: 'api' as const, name: publisher },
  })
  const { articleId: agency } = await storeArticle(house.context, reword('agency'))
  await cluster(agency)
  const { articleId: other } = await storeArticle(house.context, reword('herald'))
  await cluster(other)
  const market = await take(MARKET)
  const into = (await cluster(market)).storyId
  await merge(into, await storyOf(agency))

  const parted = await split(other)
  const { articleId: late } = await storeArticle(house.context, reword('times'))
  await cluster(late)

  expect(new Set(parted.articleIds)).toEqual(new Set([agency, other]))
  expect(await storyOf(late)).toBe(parted.storyId)
  expect(await storyOf(market)).toBe(into)
})

test('what was parted can be put together again', async () => {
  const { derby, into, from } = await twoStories()
  await merge(into, from)
  const { storyId } = await split(derby)

  await merge(into, storyId)

  expect(await storyOf(derby)).toBe(into)
})

test('an article alone in its story is not parted from itself, and one unknown is said to be', async () => {
  const { market, into } = await twoStories()

  await expect(split(market)).rejects.toThrow('is alone in story')
  await expect(split(market, into)).rejects.toThrow(`is in story ${into} already`)
  await expect(split(999)).rejects.toThrow('is in no running story')
})

test('an article that comes in while stories are merged lands in the one that is left', async () => {
  const { into, from } = await twoStories()
  const later = await take('What the derby of the last minute means for Rovers', DERBY)

  await Promise.all([merge(into, from), cluster(later)])

  expect(await storyOf(later)).toBe(into)
})
