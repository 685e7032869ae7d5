import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ensureTopic, insertRule, setKeywords } from '#articles/topics/topic-store.ts'
import type { TaggedText } from '#articles/topics/topic-rules.ts'
import { applyTopics, correctTopic } from '#articles/topics/topics.ts'
import { ingestArticle } from '../../articles-fixture.ts'
import { type House, openHouse } from '../../house.ts'

const ARTICLE: TaggedText = {
  headline: 'Strike at the harbour',
  standfirst: null,
  paragraphs: ['The council met.'],
  topics: ['Council', 'Trade'],
  section: 'Local',
  canonicalUrl: 'https://courier.example/local/strike',
}

type Newsroom = House & { articleId: number; sourceId: number }

async function openNewsroom(): Promise<Newsroom> {
  const house = await openHouse()
  const { articleId } = await ingestArticle(house.context, { headline: 'Strike', topics: [] })
  const { rows } = await sql<{ sourceId: number }>`
    select source_id as "sourceId" from article where id = ${articleId}`.execute(house.db)
  return Object.assign(house, { articleId, sourceId: rows[0]?.sourceId ?? 0 })
}

async function topicsOf({ db, articleId }: Newsroom): Promise<string[]> {
  const { rows } = await sql<{ topic: string }>`
    select t.slug || ' by ' || at.given_by as topic from article_topic at join topic t on t.id = at.topic_id
     where at.article_id = ${articleId} order by at.position`.execute(db)
  return rows.map(({ topic }) => topic)
}

test('rules come first, then the publisher in their order, then words; a topic is given once', async () => {
  await using house = await openNewsroom()
  const { db, articleId, sourceId } = house
  const labour = await ensureTopic(db, { slug: 'labour', name: 'Labour' })
  const town = await ensureTopic(db, { slug: 'town', name: 'Town' })
  const trade = await ensureTopic(db, { slug: 'trade', name: 'Trade' })
  await setKeywords(db, { topicId: labour, keywords: ['strike'] })
  await insertRule(db, { sourceId: null, kind: 'section', pattern: 'local', topicId: town })
  await insertRule(db, { sourceId, kind: 'url', pattern: '/local/*', topicId: trade })
  await insertRule(db, { sourceId: null, kind: 'section', pattern: 'sport', topicId: labour })

  await applyTopics(db, { articleId, sourceId, article: ARTICLE })

  expect(await topicsOf(house)).toEqual([
    'trade by rule',
    'town by rule',
    'council by publisher',
    'labour by keyword',
  ])
})

test("a rule of one feed does not touch another's articles", async () => {
  await using house = await openNewsroom()
  const { db, articleId, sourceId } = house
  const town = await ensureTopic(db, { slug: 'town', name: 'Town' })
  const { rows } = await sql<{ id: number }>`
    insert into source (kind, name, created_at) values ('feed', 'other', now()) returning id`.execute(
    db,
  )
  await insertRule(db, { sourceId: rows[0]?.id ?? 0, kind: 'all', pattern: '', topicId: town })

  await applyTopics(db, { articleId, sourceId, article: ARTICLE })

  expect(await topicsOf(house)).toEqual(['council by publisher', 'trade by publisher'])
})

test("an editor's yes and no hold through every revision, until an editor says otherwise", async () => {
  await using house = await openNewsroom()
  const { db, articleId, sourceId, context } = house
  await applyTopics(db, { articleId, sourceId, article: ARTICLE })
  const council = await ensureTopic(db, { slug: 'council', name: 'Council' })
  const sport = await ensureTopic(db, { slug: 'sport', name: 'Sport' })
  const correct = async (topicId: number, belongs: boolean) =>
    correctTopic(context, { articleId, topicId, belongs, operatorId: null })

  await correct(council, false)
  await correct(sport, true)
  const atOnce = await topicsOf(house)
  await applyTopics(db, { articleId, sourceId, article: ARTICLE })
  const later = await topicsOf(house)
  await correct(council, true)
  await applyTopics(db, { articleId, sourceId, article: ARTICLE })

  expect(atOnce).toEqual(['trade by publisher', 'sport by editor'])
  expect(later).toEqual(['trade by publisher', 'sport by editor'])
  expect(await topicsOf(house)).toEqual([
    'council by editor',
    'trade by publisher',
    'sport by editor',
  ])
})

test('a topic of a revision that the next one does not have is taken away', async () => {
  await using house = await openNewsroom()
  const { db, articleId, sourceId } = house
  await applyTopics(db, { articleId, sourceId, article: ARTICLE })

  await applyTopics(db, { articleId, sourceId, article: { ...ARTICLE, topics: ['Trade'] } })

  expect(await topicsOf(house)).toEqual(['trade by publisher'])
})

test('a correction of an article that is not there is refused', async () => {
  await using house = await openNewsroom()
  const topicId = await ensureTopic(house.db, { slug: 'sport', name: 'Sport' })

  await expect(
    correctTopic(house.context, { articleId: 999, topicId, belongs: true, operatorId: null }),
  ).rejects.toThrow('there is no article 999')
})

test('two articles that bring the same new topics in another order do not wait for each other', async () => {
  await using house = await openNewsroom()
  const { db, articleId, sourceId } = house
  const { articleId: other } = await ingestArticle(house.context, { headline: 'Other', topics: [] })
  const names = Array.from({ length: 10 }, (_, at) => `Topic ${at}`)
  const apply = async (id: number, topics: string[]) =>
    db
      .transaction()
      .execute(async (transaction) =>
        applyTopics(transaction, { articleId: id, sourceId, article: { ...ARTICLE, topics } }),
      )

  await Promise.all([apply(articleId, names), apply(other, names.toReversed())])

  expect(await topicsOf(house)).toHaveLength(10)
})
