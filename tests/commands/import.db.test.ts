import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { enterAs } from '#commands/command.ts'
import { exportCommand } from '#commands/export.ts'
import { importCommand } from '#commands/import.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { writeLists } from '../subscribers/import/list-fixture.ts'

async function run(house: House, args: string[], command = importCommand): Promise<string[]> {
  const lines: string[] = []
  const app = { context: house.context, async [Symbol.asyncDispose]() {} } as unknown as App
  await command.run({
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: 'ines', duty }),
  })
  return lines
}

const LIST =
  'Email;Name;Town\nada@example.org;Ada;Hull\nreader1@example.org;;\nnobody;;\nADA@example.org;;\n'
const CONSENT = ['--consent', 'the form on our site', '--consent-date', '2024-05-01']

test('the preview says what each column is, shows masked rows, and counts what would happen', async () => {
  await using house = await openHouse()
  await using lists = await writeLists({ 'list.csv': LIST })
  await addReaders(house, 1)

  const lines = await run(house, [...lists.paths, '--newsletter', 'daily', ...CONSENT, '--dry-run'])

  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "list.csv: a plain table, UTF-8, cells parted by ";"
      address: email
      kept as attributes: name, town

    line  address         as
       2  a…@example.org  reader, consent stated
       3  r…@example.org  reader, consent stated
       5  A…@example.org  reader, consent stated

    4 lines
      1  become readers
      1  are readers here already: their own choices stay as they are
      1  further lines of somebody who is in the list already
      1  refused: the mail address has no name or no domain: it should look like name@example.org

    Nothing was changed: this was a dry run."
  `)
})

test('an import is in the audit log with its counts, and without an address', async () => {
  await using house = await openHouse()
  await using lists = await writeLists({ 'list.csv': LIST })

  const lines = await run(house, [...lists.paths, '--newsletter', 'daily', ...CONSENT])
  const again = await run(house, [...lists.paths, '--newsletter', 'daily', ...CONSENT])

  expect(lines.at(-1)).toBe(
    'Import 1 is done: 2 new readers, 0 put on the do-not-mail list, 0 to be asked.',
  )
  expect(again).toEqual(['This file was imported on 2026-11-22 (import 1): nothing was changed.'])
  const { rows } =
    await sql`select actor, verb, subject, detail from audit_event order by id`.execute(house.db)
  expect(rows).toEqual([
    {
      actor: 'ines',
      verb: 'import readers',
      subject: 'import 1',
      detail: { added: 2, activated: 0, asked: 0, listed: 0 },
    },
  ])
})

test('without stated consent people are asked by mail, once', async () => {
  await using house = await openHouse()
  await using lists = await writeLists({ 'list.csv': LIST })

  const lines = await run(house, [...lists.paths, '--newsletter', 'daily'])
  await run(house, [...lists.paths, '--newsletter', 'daily'])

  expect(lines.at(-1)).toBe('2 people are asked by mail to confirm.')
  const { rows } = await sql`select kind, count(*) from service_mail group by kind`.execute(
    house.db,
  )
  expect(rows).toEqual([{ kind: 'confirmation', count: 2 }])
})

test('JSON is one object', async () => {
  await using house = await openHouse()
  await using lists = await writeLists({ 'list.csv': LIST })

  const lines = await run(house, [...lists.paths, '--newsletter', 'daily', ...CONSENT, '--json'])

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    kind: 'done',
    counts: { added: 2 },
    preview: { twice: 1 },
  })
})

test.each([
  [[], 'name the file'],
  [['nowhere.csv'], 'there is no file nowhere.csv'],
  [['LIST', '--consent-date', '2024-05-01'], '--consent'],
  [['LIST', '--consent', 'x', '--consent-date', '2024-02-30'], '--consent-date'],
  [['LIST', '--consent', 'x', '--consent-date', '2999-01-01'], '--consent-date'],
  [['LIST', '--suppress', 'everybody'], '--suppress'],
  [['LIST', '--newsletter', 'dialy'], 'dialy'],
])('%j is refused in words', async (args, words) => {
  await using house = await openHouse()
  await using lists = await writeLists({ 'list.csv': LIST })

  const refused = run(
    house,
    args.map((each) => (each === 'LIST' ? (lists.paths[0] ?? '') : each)),
  )

  await expect(refused).rejects.toThrow(words)
})

test('an export goes to a new file that only its owner can read, and is in the audit log', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-export-'))
  const path = join(folder, 'readers.csv')

  const lines = await run(house, ['readers', '--out', path], exportCommand)
  const again = run(house, ['readers', '--out', path], exportCommand)

  await expect(again).rejects.toThrow('name a new file')
  expect(lines).toEqual([`2 lines in ${path}`])
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(4)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const { rows } = await sql`select verb, subject, detail from audit_event`.execute(house.db)
  expect(rows).toEqual([{ verb: 'export readers', subject: 'all', detail: { rows: 2 } }])
  await rm(folder, { recursive: true })
})
