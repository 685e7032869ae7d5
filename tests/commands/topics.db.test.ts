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
  expect(list.some((line) => /^trade +Trade +can choose it +1 +0$/.test(line))).toBe(true)
  expect(list.some((line) => /^sport +Sport +do not see it +0 +2$/.test(line))).toBe(true)
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
