import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { topics } from '#commands/topics.ts'
import { addOperator } from '#operators/operator.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { runCommand } from './run-command.ts'

async function openNewsroom(): Promise<House> {
  const house = await openHouse()
  await sql`insert into topic (slug, name) values ('trade', 'Trade'), ('sport', 'Sport')`.execute(
    house.db,
  )
  await addReaders(house, 2, { topics: ['sport'] })
  const { articleId } = await ingestArticle(house.context, { headline: 'Harbour bridge closed' })
  await sql`
    insert into article_topic (article_id, topic_id, position) select ${articleId}, id, 9 from topic where slug = 'trade'`.execute(
    house.db,
  )
  return house
}

test('topics are listed with their articles and followers; offering and hiding is told and noted', async () => {
  await using house = await openNewsroom()

  const offered = await runCommand(house, topics, { args: ['offer', 'sport', 'trade'] })
  const again = await runCommand(house, topics, { args: ['offer', 'sport'] })
  const hidden = await runCommand(house, topics, { args: ['hide', 'sport'] })
  const list = await runCommand(house, topics, { args: [] })
  const { rows } = await sql<{ verb: string }>`
    select verb from audit_event where verb like '%topics' order by id`.execute(house.db)

  expect(offered[0]).toMatch(/^readers can choose (Sport and Trade|Trade and Sport) now$/)
  expect(again).toEqual(['readers could choose these before'])
  expect(hidden[0]).toContain('Sport is no longer offered')
  expect(list.some((line) => /^trade +Trade +can choose it +1 +0 *$/.test(line))).toBe(true)
  expect(list.some((line) => /^sport +Sport +do not see it +0 +2 *$/.test(line))).toBe(true)
  expect(rows.map(({ verb }) => verb)).toEqual(['offer topics', 'offer topics', 'hide topics'])
})

test('a topic that is not there is named and nothing changes; a viewer may only look', async () => {
  await using house = await openNewsroom()
  await addOperator(house.context, { name: 'ines', role: 'admin' })
  await addOperator(house.context, { name: 'vera', role: 'viewer' })

  await expect(runCommand(house, topics, { args: ['offer', 'trade', 'nosuch'] })).rejects.toThrow(
    'there is no topic "nosuch"',
  )
  await expect(runCommand(house, topics, { args: ['show'] })).rejects.toThrow('not "show"')
  await expect(runCommand(house, topics, { args: ['offer', 'trade'], as: 'vera' })).rejects.toThrow(
    'vera',
  )
  const { rows } = await sql`select 1 from topic where offered`.execute(house.db)

  expect(rows).toEqual([])
  expect(await runCommand(house, topics, { args: [], as: 'vera' })).not.toEqual([])
})

test('words and rules that give a topic are kept, listed and removed; a correction of an article holds', async () => {
  await using house = await openNewsroom()
  const run = async (...args: string[]) => runCommand(house, topics, { args })

  const kept = await run('keywords', 'sport', 'football', 'world cup')
  const added = await run('rules', 'add', 'url', '/sport/*', 'sport')
  const again = await run('rules', 'add', 'url', '/sport/*', 'sport')
  const rules = await run('rules')
  const corrected = await run('correct', '1', 'trade', 'no')
  const list = await run()
  const removed = await run('rules', 'remove', '1')
  const { articleId } = await ingestArticle(house.context, { headline: 'Football tonight' })
  const { rows } = await sql<{ slug: string; article: number }>`
    select t.slug, at.article_id as article from article_topic at join topic t on t.id = at.topic_id
     where t.slug in ('trade', 'sport')`.execute(house.db)

  expect(kept).toEqual(['new articles that speak of football, world cup get the topic Sport'])
  expect(added).toEqual(['rule 1: new articles that match it get the topic Sport'])
  expect(again).toEqual(['this rule is there already'])
  expect(rules.some((line) => /1 +every feed +url +\/sport\/\* +sport/.test(line))).toBe(true)
  expect(corrected).toEqual(['article 1 does not belong to Trade, in later versions too'])
  expect(list.some((line) => line.includes('football, world cup'))).toBe(true)
  expect(removed[0]).toContain('rule 1 is removed')
  expect(rows).toEqual([{ slug: 'sport', article: articleId }])
})

test.each([
  [['keywords', 'nosuch', 'word'], 'there is no topic "nosuch"'],
  [['keywords', 'sport', '!'], 'keywords are at most 50 words'],
  [['rules', 'add', 'colour', 'red', 'sport'], 'a rule goes by tag, section, url, keyword, all'],
  [['rules', 'add', 'all', 'sport'], 'a rule for all articles needs its feed'],
  [['rules', 'add', 'tag', 'cup', 'sport', '--feed', '99'], 'there is no feed 99'],
  [['rules', 'remove', '99'], 'there is no rule 99'],
  [['correct', '999', 'sport', 'yes'], 'there is no article 999'],
  [['correct', '1', 'sport', 'perhaps'], 'say yes where the article belongs'],
])('%j is refused with the fix', async (args, problem) => {
  await using house = await openNewsroom()

  await expect(runCommand(house, topics, { args })).rejects.toThrow(problem)
})
