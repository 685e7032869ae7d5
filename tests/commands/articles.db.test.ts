import { afterEach, beforeEach, expect, test } from 'vitest'
import { storeArticle } from '#articles/ingest.ts'
import { atWallClock, readMoment } from '#commands/articles/moment.ts'
import { articles } from '#commands/articles.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import { addOperator } from '#operators/operator.ts'
import { articleText } from '../articles/identity/article-text.ts'
import { type House, openHouse } from '../house.ts'
import { runCommand } from './run-command.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
  const origin = { kind: 'api' as const, name: 'desk' }
  const before = articleText({ guid: 'ferry-1' })
  await storeArticle(house.context, { article: before, origin })
  const paragraphs = before.paragraphs.map((text) => text.replace('14 of', '41 of'))
  await storeArticle(house.context, { article: { ...before, paragraphs }, origin })
  await clusterWaiting(house.context)
})
afterEach(async () => house[Symbol.asyncDispose]())

const run = async (...args: string[]) => runCommand(house, articles, { args })

test('the list marks what changed, is withdrawn or under embargo', async () => {
  await run('retract', '1', '--reason', 'the wrong ferry')
  await run('embargo', '1', '2026-11-23T18:00Z')

  const [head, line] = await run()

  expect(head).toMatch(/^article +story +revision +marks +publisher +headline$/)
  expect(line).toMatch(
    /^ +1 +1 +2 +withdrawn, embargo until 2026-11-23 18:00 UTC, substantial +The Harbour Courier +Ferry strikes/,
  )
})

test('one article is shown with what it is known by, its summary and its revisions', async () => {
  const lines = (await run('show', '1')).join('\n')
  const json: unknown = JSON.parse((await run('show', '1', '--json')).join(''))

  expect(lines).toContain('known by     courier.example/ferry  ferry-1')
  expect(lines).toContain('topics       harbour (publisher)')
  expect(lines).toMatch(/summary \(extractive\)\n {2}paragraph 1, \d+-\d+ {2}The ferry Marlow/)
  expect(lines).toContain('  2  2026-11-22 06:30 UTC  substantial  A number changed: 14 became 41')
  expect(json).toMatchObject({
    id: 1,
    identity: { guids: ['ferry-1'] },
    revisions: [{}, { revision: 2 }],
  })
})

test('the difference of two revisions is told word by word', async () => {
  const lines = await run('diff', '1')

  expect(lines[0]).toBe('revision 1 to 2: substantial. A number changed: 14 became 41')
  expect(lines[1]).toContain('and [-14-] {+41+} of its 212 passengers')
  expect(lines[2]).toBe('  (3 paragraphs unchanged)')
  expect(await run('diff', '1', '2', '1')).toContain(
    'revision 2 to 1: substantial. A number changed: 41 became 14',
  )
  await expect(run('diff', '1', '1', '7')).rejects.toThrow('article 1 has no revision 7')
})

test('withdrawing takes a reason and a publisher, and can be taken back', async () => {
  await expect(run('retract', '1')).rejects.toThrow('say why it is withdrawn')
  expect(await run('retract', '1', '--reason', 'x')).toEqual([
    expect.stringContaining('article 1 is withdrawn'),
  ])
  expect(await run('retract', '1', '--reason', 'y')).toEqual(['article 1 was withdrawn before'])
  expect(await run('restore', '1')).toEqual(['article 1 counts again'])
  await addOperator(house.context, { name: 'ed', role: 'editor' })
  await expect(
    runCommand(house, articles, { args: ['retract', '1', '--reason', 'x'], as: 'ed' }),
  ).rejects.toThrow('takes the role publisher')
})

test('an embargo is set by the clocks of the publication, and lifted', async () => {
  expect(await run('embargo', '1', '2026-11-23 18:00')).toEqual([
    'article 1 is under embargo until 2026-11-23 18:00 UTC: nothing of it goes out before',
  ])
  expect(await run('embargo', '1', 'none')).toEqual(['article 1 is under no embargo'])
  await expect(run('embargo', '1', '2026-11-20 18:00')).rejects.toThrow('name a time to come')
})

test.each([
  [['toast'], 'articles takes show, diff, retract, restore, embargo or nothing, not "toast"'],
  [['show'], 'the article number is missing'],
  [['show', 'x'], 'the article number is not "x"'],
  [['show', '1', '2'], '"2" is one word too many'],
  [['show', '99'], 'there is no article 99'],
  [['embargo', '1'], 'until when?'],
  [['embargo', '1', 'tomorrow'], 'embargo is not "tomorrow"'],
  [['embargo', '1', '2026-02-30 18:00'], 'write a time as'],
])('what cannot be done is refused in words: %j', async (args, words) => {
  await expect(run(...args)).rejects.toThrow(words)
})

test.each<[string, string, string[]]>([
  ['in winter', '2026-11-23T18:00:00Z', ['Europe/Berlin', '2026-11-23T17:00:00Z']],
  ['in summer', '2026-07-23T18:00:00Z', ['America/New_York', '2026-07-23T22:00:00Z']],
  ['when it strikes twice', '2026-10-25T02:30:00Z', ['Europe/Berlin', '2026-10-25T00:30:00Z']],
  ['when it is skipped', '2026-03-29T02:30:00Z', ['Europe/Berlin', '2026-03-29T01:30:00Z']],
])('the clock of a place tells one moment %s', (_, wall, [zone = '', moment = '']) => {
  expect(atWallClock(new Date(wall), zone)).toEqual(new Date(moment))
})

test('a time with its zone is that moment', async () => {
  expect(
    await readMoment(house.context, { text: '2026-11-23T18:00+02:00', field: 'embargo' }),
  ).toEqual(new Date('2026-11-23T16:00:00Z'))
})
