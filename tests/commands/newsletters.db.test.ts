import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { enterAs } from '#commands/command.ts'
import { newsletters } from '#commands/newsletters.ts'
import { changeSetting } from '#editions/publication.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { type House, openHouse } from '../house.ts'

async function run(house: House, args: string[], as = 'ines'): Promise<string> {
  const lines: string[] = []
  const app = { context: house.context, async [Symbol.asyncDispose]() {} } as unknown as App
  await newsletters.run({
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: as, duty }),
  })
  return lines.join('\n')
}

async function openStaffed(): Promise<House> {
  const house = await openHouse({ env: { PUBLIC_URL: 'https://courier.example/news/' } })
  await addOperator(house.context, { name: 'ines', role: 'admin' })
  await addOperator(house.context, { name: 'bo', role: 'editor' })
  return house
}

const LINE =
  /<script src="(.*)" data-newsletters="(.*?)"( data-topics)? data-language="(.*?)" async><\/script>/

test('the form to paste is one line, and plain HTML that works without it', async () => {
  await using house = await openStaffed()

  const said = await run(house, ['--embed'])

  expect(LINE.exec(said)?.slice(1)).toEqual([
    'https://courier.example/news/embed.js',
    'daily,breaking',
    undefined,
    'en',
  ])
  expect(said).toContain('action="https://courier.example/news/sign-up"')
  expect(said.match(/<input type="checkbox" name="newsletter"/g)).toHaveLength(2)
})

test('the form holds the newsletters that are named, topics and the language that is asked for', async () => {
  await using house = await openStaffed()
  await changeSetting(house.context, 'language', 'fr')

  const own = await run(house, ['--embed', 'breaking', 'daily', '--topics'])
  const german = await run(house, ['--embed', '--language', 'de', 'daily'])

  expect(LINE.exec(own)?.slice(2)).toEqual(['breaking,daily', ' data-topics', 'fr'])
  expect(LINE.exec(german)?.slice(2)).toEqual(['daily', undefined, 'de'])
  expect(german).toContain('<button type="submit">Anmelden</button>')
})

test.each([
  [['--embed', 'nothing'], 'there is no newsletter "nothing": use daily, breaking'],
  [['--embed', '--language', 'it'], 'it speaks en, de, fr, es, ar'],
  [['welcome', 'daily'], 'newsletters welcome takes a newsletter and on or off'],
  [['welcome', 'daily', 'maybe'], 'newsletters welcome takes a newsletter and on or off'],
  [['welcome', 'breaking', 'on'], 'there is no digest newsletter "breaking"'],
  [
    ['burn'],
    'newsletters takes clicks, welcome, show, add, set, due, template, pause, resume, staff, --embed or nothing, not "burn"',
  ],
])('%j is refused with the way out', async (args, message) => {
  await using house = await openStaffed()

  await expect(run(house, args)).rejects.toThrow(message)
})

test('who confirms gets the latest edition until an admin says otherwise, and the audit log says who did', async () => {
  await using house = await openStaffed()

  const said = await run(house, ['welcome', 'daily', 'off'])
  const off = await welcoming(house)
  await run(house, ['welcome', 'daily', 'on'])

  expect([off, await welcoming(house)]).toEqual([['breaking'], ['daily', 'breaking']])
  expect(said).toBe('whoever confirms "Morning digest" waits for the next edition')
  const [, event] = await listAudit(house.context, 2)
  expect(event).toMatchObject({ actor: 'ines', verb: 'welcome with the latest', subject: 'daily' })
  await expect(run(house, ['welcome', 'daily', 'off'], 'bo')).rejects.toThrow(
    'takes the role admin',
  )
})

async function welcoming({ db }: House): Promise<string[]> {
  const { rows } = await sql<{ slug: string }>`
    select slug from newsletter where welcome_latest order by id`.execute(db)
  return rows.map(({ slug }) => slug)
}
