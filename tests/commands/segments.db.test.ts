import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { enterAs } from '#commands/command.ts'
import { segments } from '#commands/segments.ts'
import { addOperator } from '#operators/operator.ts'
import { addReaders, type House, openHouse } from '../house.ts'

async function run(house: House, args: string[], as = 'ines'): Promise<string[]> {
  const lines: string[] = []
  const app = { context: house.context, async [Symbol.asyncDispose]() {} } as unknown as App
  await segments.run({
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: as, duty }),
  })
  return lines
}

async function openCrowd(): Promise<House> {
  const house = await openHouse()
  await sql`insert into topic (slug, name) values ('sport', 'Sport')`.execute(house.db)
  await addReaders(house, 3, { topics: ['sport'] })
  await addReaders(house, 4, { from: 4 })
  return house
}

test('saving tells at once how many readers it means, and shows some', async () => {
  await using house = await openCrowd()

  const lines = await run(house, ['save', 'fans', 'topic:sport and (zone:Europe/*)'])

  expect(lines.slice(0, 2)).toEqual(['fans is saved: topic:sport and zone:Europe/*', '3 readers'])
  expect(lines).toHaveLength(6)
  expect(lines[2]).toMatch(/^reader +address +zone +language$/)
  expect(lines[3]).toMatch(/ r…@example\.org +Europe\/London +en$/)
})

test('saved segments are listed, shown, counted, changed and deleted by their names', async () => {
  await using house = await openCrowd()
  await run(house, ['save', 'fans', 'topic:sport'])

  const changed = await run(house, ['save', 'fans', 'not topic:sport'])
  const list = await run(house, [])
  const shown = await run(house, ['show', 'fans'])
  const counted = await run(house, ['count', 'fans'])
  const sample = await run(house, ['sample', 'topic:sport'])
  const json = await run(house, ['count', 'fans', '--json'])
  await run(house, ['delete', 'fans'])

  expect(changed[0]).toBe('fans is changed: not topic:sport')
  expect(list[1]).toMatch(/^fans +not topic:sport +2026-11-22$/)
  expect(shown).toEqual(['not topic:sport'])
  expect(counted[0]).toBe('4 readers')
  expect(sample).toHaveLength(4)
  expect(JSON.parse(json[0] ?? '')).toMatchObject({ count: 4, rounded: false })
  expect((await run(house, ['list']))[0]).toMatch(/^No segments yet/)
})

test('--all also counts whom no mail goes to', async () => {
  await using house = await openCrowd()
  await sql`update subscriber set state = 'left', left_at = now() where id = 1`.execute(house.db)

  expect((await run(house, ['count', 'topic:sport']))[0]).toBe('2 readers')
  expect((await run(house, ['count', 'topic:sport', '--all']))[0]).toBe('3 readers')
})

test('few readers who clicked are told as few', async () => {
  await using house = await openCrowd()
  await sql`update newsletter set clicks = true`.execute(house.db)

  const lines = await run(house, ['count', 'clicked:2'])

  expect(lines[0]).toBe('fewer than 10 readers')
  expect(lines[1]).toMatch(/nobody is named/)
})

test('a viewer counts and does not save; odd words are refused', async () => {
  await using house = await openCrowd()
  await run(house, [])
  await addOperator(house.context, { name: 'vi', role: 'viewer' })

  expect((await run(house, ['count', 'topic:sport'], 'vi'))[0]).toBe('3 readers')
  await expect(run(house, ['save', 'fans', 'topic:sport'], 'vi')).rejects.toThrow(/editor/)
  await expect(run(house, ['count', 'topic:sport', 'and', 'zone:Europe/*'])).rejects.toThrow(
    /in quotes/,
  )
  await expect(run(house, ['count', 'fans'])).rejects.toThrow(/no segment "fans"/)
  await expect(run(house, ['sort'])).rejects.toThrow(/list, show, count/)
})
