import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { clicks } from '#commands/clicks.ts'
import { type Command, enterAs } from '#commands/command.ts'
import { newsletters } from '#commands/newsletters.ts'
import { listNewsletters } from '#editions/newsletter.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { openClickHouse } from '../clicks/clicks-fixture.ts'
import { type House, openHouse } from '../house.ts'

async function run(
  house: House,
  command: Command,
  { args, as = 'ines' }: { args: string[]; as?: string },
): Promise<string[]> {
  const lines: string[] = []
  const app = { context: house.context, async [Symbol.asyncDispose]() {} } as unknown as App
  await command.run({
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: as, duty }),
  })
  return lines
}

async function openStaffed(): Promise<House> {
  const house = await openHouse()
  await addOperator(house.context, { name: 'ines', role: 'admin' })
  await addOperator(house.context, { name: 'bo', role: 'publisher' })
  return house
}

const counting = async ({ db }: House) =>
  (await listNewsletters(db)).filter((each) => each.clicks).map(({ slug }) => slug)

test('counting is off until an admin switches it on for a newsletter, and the audit log says who did', async () => {
  await using house = await openStaffed()
  const before = await counting(house)

  const [said] = await run(house, newsletters, { args: ['clicks', 'daily', 'on'] })
  const on = await counting(house)
  await run(house, newsletters, { args: ['clicks', 'daily', 'off'] })

  expect([before, on, await counting(house)]).toEqual([[], ['daily'], []])
  expect(said).toContain('from the next draft on')
  const audited = await listAudit(house.context, 2)
  expect(audited.map(({ actor, verb, subject, detail }) => [actor, verb, subject, detail])).toEqual(
    [
      ['ines', 'count clicks', 'daily', { on: false }],
      ['ines', 'count clicks', 'daily', { on: true }],
    ],
  )
})

test.each([
  [['clicks', 'weekly', 'on'], 'ines', 'there is no newsletter "weekly": use daily, breaking'],
  [['clicks', 'daily', 'yes'], 'ines', 'a newsletter and on or off'],
  [['clicks', 'daily'], 'ines', 'a newsletter and on or off'],
  [['clicks', 'daily', 'on'], 'bo', 'takes the role admin'],
  [['klicks', 'daily', 'on'], 'ines', 'not "klicks"'],
])('%j by %s is refused: %s', async (args, as, reason) => {
  await using house = await openStaffed()

  await expect(run(house, newsletters, { args, as })).rejects.toThrow(reason)
  expect(await counting(house)).toEqual([])
})

test('the table of an edition names no figure of a small group, and tells its sum in tens', async () => {
  await using house = await openClickHouse(1)
  await sql`
    insert into click_count (edition_id, position, readers, opens, scans)
    values (${house.editionId}, -1, 57, 79, 1204), (${house.editionId}, 0, 52, 70, 3), (${house.editionId}, 1, 7, 9, 0)`.execute(
    house.db,
  )

  const lines = await run(house, clicks, { args: [String(house.editionId)] })
  const [json = ''] = await run(house, clicks, { args: [String(house.editionId), '--json'] })

  const rows = lines.map((line) => line.trim().split(/ {2,}/))
  const figures = rows.map(([, ...rest]) => rest)
  expect(figures.slice(1, 4)).toEqual([['readers', 'opened'], ['52', '70'], ['fewer than 10']])
  expect(rows.find(([story]) => story === 'any of them')).toEqual(['any of them', '50', '70'])
  expect(lines.at(-1)).toContain('1,204 requests of scanners')
  expect(JSON.parse(json)).toMatchObject({
    edition: house.editionId,
    total: { readers: 50, opens: 70, hidden: false },
    scans: 1204,
  })
  expect(json).not.toMatch(/\b(7|9|57|79)\b/)
})

test('an edition that was drafted without counting says how to count the next one', async () => {
  await using house = await openClickHouse(1, { on: false })

  await expect(run(house, clicks, { args: [String(house.editionId)] })).rejects.toThrow(
    'daybreak newsletters clicks daily on',
  )
})
