import { afterEach, beforeEach, expect, test } from 'vitest'
import { stories } from '#commands/stories.ts'
import { addOperator } from '#operators/operator.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { type House, openHouse } from '../house.ts'
import { runCommand } from './run-command.ts'

const MARKET = 'Council votes to rebuild the fish market'
const AGAIN = 'Fish market to be rebuilt, council votes'
const DERBY = 'Rovers win the derby at the last minute'

let house: House
beforeEach(async () => {
  house = await openHouse()
  await ingestArticle(house.context, { headline: MARKET })
  await ingestArticle(house.context, { headline: AGAIN, about: MARKET })
  await ingestArticle(house.context, { headline: DERBY })
  await clusterWaiting(house.context)
})
afterEach(async () => house[Symbol.asyncDispose]())

const run = async (...args: string[]) => runCommand(house, stories, { args })

test('the list shows what several articles tell, and with --all every story', async () => {
  const several = await run()
  const all = await run('--all')

  expect(several).toHaveLength(2)
  expect(several[0]).toMatch(/^story +articles +outlets +since +latest +lead +headline$/)
  expect(several[1]).toMatch(/^ +1 +2 +2 .*fish market/i)
  expect(all.join('\n')).toContain(DERBY)
})

test('a story is shown with its articles, which one leads, and copies of a text', async () => {
  const text = (await run('show', '1')).join('\n')
  const json: unknown = JSON.parse((await run('show', '1', '--json')).join(''))

  expect(text).toContain('lead')
  expect(text).toMatch(/same text as [12]/)
  expect(json).toMatchObject({ mergedInto: null, articles: [{}, {}] })
})

test('what is new since a time is told, or that there is nothing', async () => {
  expect((await run('show', '1', '--since', '2026-11-22T06:30Z')).at(-1)).toMatch(
    /^nothing is new since 2026-11-22 06:30 UTC/,
  )
})

test('stories are put together and articles taken out, and the audit knows', async () => {
  const merged = await run('merge', '1', '2')
  const parted = await run('split', '3')
  const shown = await run('show', '2')
  const audited = await house.db.selectFrom('audit_event').select(['verb', 'subject']).execute()

  expect(merged.at(-1)).toBe('story 2 is part of story 1 now, which 3 articles tell')
  expect(parted.at(-1)).toMatch(/^article 3 left story 1 for a story of its own, 3\./)
  expect(shown).toEqual(['story 2 was put into story 1: see that one'])
  expect(audited).toEqual(
    expect.arrayContaining([
      { verb: 'merge stories', subject: 'story 1' },
      { verb: 'split story', subject: 'story 1' },
    ]),
  )
})

test('a person chooses the lead', async () => {
  for (const article of ['1', '2'])
    expect((await run('lead', article)).at(-1)).toBe(
      `article ${article} leads story 1, whatever comes in`,
    )
  expect((await run('show', '1')).join('\n')).toMatch(/2 .*lead, chosen/)
})

test.each([
  [['melt'], 'stories takes show, merge, split, lead or nothing, not "melt"'],
  [['show'], 'the story number is missing'],
  [['show', 'x'], 'the story number is not "x"'],
  [['show', '1', '2'], 'name one story, not 2'],
  [['show', '99'], 'no running story 99'],
  [['merge', '1'], 'name two stories'],
  [['split', '3'], 'article 3 is alone in story 2'],
  [['split', '1', '--into', '1'], 'article 1 is in story 1 already'],
  [['lead', '99'], 'article 99 is in no running story'],
])('%j is refused in words', async (args, words) => {
  await expect(run(...args)).rejects.toThrow(words)
})

test('a viewer may look and not change', async () => {
  await addOperator(house.context, { name: 'eve', role: 'viewer' })

  await expect(
    runCommand(house, stories, { args: ['merge', '1', '2'], as: 'eve' }),
  ).rejects.toThrow('eve is viewer: to compose takes the role editor')
})
