import { expect, test } from 'vitest'
import { limits } from '#commands/limits.ts'
import { readPaces } from '#deliveries/pace-store.ts'
import { noteReplies } from '#deliveries/pace.ts'
import { putBreaker } from '#deliveries/trouble/breaker-store.ts'
import { readCurves } from '#deliveries/warm-up-store.ts'
import { type House, openHouse } from '../house.ts'

/** Runs `daybreak limits …` in the house. */
async function run(
  house: House,
  ...args: string[]
): Promise<{ lines: string[]; notes: unknown[] }> {
  const lines: string[] = []
  const notes: unknown[] = []
  await limits.run({
    args,
    config: house.context.config,
    out: { line: (line = '') => void lines.push(line) },
    enter: async () => ({
      app: { context: house.context } as never,
      operator: { id: 1, name: 'ines', role: 'admin' },
      note: async (...event) => void notes.push(event),
      async [Symbol.asyncDispose]() {},
    }),
  })
  return { lines, notes }
}

test('a limit is set, listed, changed and cleared, and each change is on record', async () => {
  await using house = await openHouse()

  const set = await run(house, 'set', 'google', '--rate', '20', '--connections', '5')
  const more = await run(house, 'set', 'google', '--rate', '30')
  const list = await run(house)
  const cleared = await run(house, 'clear', 'google')

  expect(set.lines).toEqual(['google now gets at most 20 mails a second and 5 connections'])
  expect(set.notes).toEqual([['set limit', 'google', { rate: 20, connections: 5 }]])
  expect(more.notes).toHaveLength(1)
  expect(list.lines[1]).toMatch(/^google +30 a second +30 a second +5 /)
  expect(cleared.lines).toEqual(['google has no limit any more'])
  expect(await readPaces(house.db, ['destination 2'])).toEqual([])
  expect((await run(house)).lines).toEqual([
    'No limits: relays and mail providers get what they take.',
  ])
})

test.each([
  [['set', 'google', '--rate', '0'], 'rate must be a number above 0'],
  [['set', 'google', '--rate=-5'], 'rate must be a number above 0'],
  [['set', 'google', '--rate', '1e-9'], 'rate must be a number above 0, plain'],
  [['set', 'google', '--rate', '0.001'], 'at least 0.01'],
  [['set', 'google', '--connections', '1e3'], 'connections must be a whole number above 0'],
  [['set', 'google', '--rate', 'fast'], 'rate must be a number above 0'],
  [['set', 'google', '--connections', '0'], 'connections must be a whole number above 0'],
  [['set', 'google', '--connections', '2.5'], 'connections must be a whole number above 0'],
  [['set', 'google'], 'say what to limit'],
  [['set', 'gogle', '--rate', '5'], 'there is no destination "gogle": use other, google'],
  [['set', '--rate', '5'], 'name one destination'],
  [['clear', 'gogle'], 'there is no destination "gogle"'],
  [['warm-up', 'nonsense'], '"nonsense" is not a sending domain'],
  [['warm-up', 'example.org', '--from', 'soon'], '--from "soon" is not a day'],
  [['warm-up', 'example.org', '--first', '0'], 'first must be a whole number above 0'],
  [['warm-up', 'example.org', '--factor', '1'], '--factor must be between 1.1 and 3'],
  [['warm-up', 'example.org', 'off'], 'example.org is not being warmed up'],
  [['warm-up', 'example.org', 'of'], 'limits warm-up takes'],
  [['lower'], 'limits takes set, clear or warm-up, not "lower"'],
])('limits %j is refused: %s', async (args, words) => {
  await using house = await openHouse()

  await expect(run(house, ...args)).rejects.toThrow(words)
  expect((await run(house)).lines).toEqual([
    'No limits: relays and mail providers get what they take.',
  ])
})

test('who refuses us is listed with the fix and until when, and is mailed again when a person says so', async () => {
  await using house = await openHouse()
  await putBreaker(house.db, {
    destination: 2,
    known: undefined,
    times: 1,
    until: new Date(+house.now + 600_000),
    reason: 'authentication',
    reply: '550 5.7.26 This mail is unauthenticated',
    now: house.now,
  })

  const list = await run(house)
  const cleared = await run(house, 'clear', 'google')

  expect(list.lines[0]).toMatch(
    /^google refuses our mail, a few mails try again at 06:40 UTC\. Gmail: 5\.7\.26, .+deliverability\.md#/,
  )
  expect(list.lines.slice(1, 3)).toEqual([
    '  it said: 550 5.7.26 This mail is unauthenticated',
    '  when it is mended: daybreak limits clear google',
  ])
  expect(cleared.lines).toEqual(['google gets mail again, from the next second on'])
  expect((await run(house)).lines).toHaveLength(1)
})

test('who asked for patience is listed with the words', async () => {
  await using house = await openHouse()
  await noteReplies(house.db, {
    destination: 4,
    slowed: 1,
    accepted: 0,
    reply: '421 4.7.0 [TSS04] deferred',
    ratePerSecond: 40,
    now: house.now,
    random: () => 0,
  })

  const { lines } = await run(house)

  expect(lines[1]).toMatch(
    /^yahoo +20 a second +any .*06:30:01 UTC +2026-11-22 06:30 UTC: 421 4\.7\.0 \[TSS04\] deferred$/,
  )
})

test('a sending domain is warmed up from its day, and taken off', async () => {
  await using house = await openHouse()

  const on = await run(house, 'warm-up', 'News.example.org', '--first', '100')
  house.wait(2 * 86_400_000)
  const list = await run(house)
  const curves = await readCurves(house.db)
  await run(house, 'warm-up', 'news.example.org', 'off')

  expect(on.lines[0]).toContain(
    'from news.example.org, 100 mails may leave on 2026-11-22, 1.5 times as many each day',
  )
  expect(list.lines.at(-1)).toBe(
    'news.example.org is being warmed up since 2026-11-22: 225 mails today, until 100,000 a day',
  )
  expect(curves).toEqual({
    'news.example.org': { from: '2026-11-22', first: 100, factor: 1.5, until: 100_000 },
  })
  expect(await readCurves(house.db)).toEqual({})
})
