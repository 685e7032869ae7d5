import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newsletters } from '#commands/newsletters.ts'
import { readHouseFile } from '#mail/liquid-engines.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { type House, openHouse } from '../house.ts'
import { runCommand } from './run-command.ts'

let house: House
let folder: string
beforeEach(async () => {
  house = await openHouse()
  await addOperator(house.context, { name: 'ines', role: 'admin' })
  await addOperator(house.context, { name: 'bo', role: 'publisher' })
  folder = await mkdtemp(join(tmpdir(), 'daybreak-template-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await house[Symbol.asyncDispose]()
})

async function run(...args: string[]): Promise<string[]> {
  return runCommand(house, newsletters, { args: ['template', ...args] })
}

const at = (name: string) => join(folder, name)

async function edit(name: string, change: (text: string) => string): Promise<void> {
  await writeFile(at(name), change(await readFile(at(name), 'utf8')))
}

async function ownForms(): Promise<string[]> {
  const { rows } = await sql<{ form: string }>`
    select jsonb_object_keys(template) as form from newsletter where slug = 'daily' order by 1`.execute(
    house.db,
  )
  return rows.map(({ form }) => form)
}

test('the forms are written out, changed, tried, taken, shown and given back', async () => {
  const written = await run('daily', '--write', folder)
  await edit('digest.txt', (text) => `Ours alone\n${text}`)

  const checked = await run('daily', '--read', folder, '--check')
  const untouched = await ownForms()
  const taken = await run('daily', '--read', folder)
  const own = await ownForms()
  const shown = await run('daily')
  const json: unknown = JSON.parse((await run('daily', '--json')).join(''))
  const back = await run('daily', '--house')

  expect(written[0]).toBe(
    `wrote digest.mjml, digest.txt, correction.mjml, correction.txt, note.mjml, note.txt into ${folder}`,
  )
  expect(await readFile(at('partials/foot.mjml'), 'utf8')).toBe(readHouseFile('partials/foot.mjml'))
  expect(checked).toEqual(['digest.txt can be used; nothing is changed yet'])
  expect([untouched, own]).toEqual([[], ['digest.txt']])
  expect(taken).toEqual(['"daily" has its own digest.txt, from the next draft on'])
  expect(shown).toEqual(
    expect.arrayContaining([
      'Morning digest (daily), change 2',
      expect.stringMatching(/^ {2}digest\.txt +its own +\d+ +works$/),
      expect.stringMatching(/^ {2}note\.txt +the house’s +\d+ +works$/),
    ]),
  )
  expect(json).toMatchObject({
    slug: 'daily',
    revision: 2,
    forms: [{ whose: 'house' }, { whose: 'own' }, {}, {}, {}, {}],
  })
  expect(back).toEqual(['"daily" has the house’s forms again, from the next draft on'])
  expect(await ownForms()).toEqual([])
  expect(await listAudit(house.context, 2)).toMatchObject([
    { actor: 'ines', verb: 'remove template', subject: 'daily', detail: { forms: ['digest.txt'] } },
    { actor: 'ines', verb: 'set template', subject: 'daily', detail: { forms: ['digest.txt'] } },
  ])
})

test('a fault is told with form, line and column, and the last good form stays', async () => {
  await run('daily', '--write', folder)
  await edit('digest.txt', (text) => `Ours alone\n${text}`)
  await run('daily', '--read', folder)
  await edit('digest.txt', (text) => `{{ hedline }}\n${text}`)

  await expect(run('daily', '--read', folder)).rejects.toThrow(
    /^digest\.txt, line 1, column 4: there is no “hedline” here\. There are boxes, /,
  )
  await expect(run('daily', '--read', folder, '--check')).rejects.toThrow('line 1, column 4')

  const { rows } = await sql<{ text: string }>`
    select template ->> 'digest.txt' as text from newsletter where slug = 'daily'`.execute(house.db)
  expect(rows[0]?.text).toBe(`Ours alone\n${readHouseFile('digest.txt')}`)
})

test('a form that stopped working is shown with its place', async () => {
  await sql`update newsletter set template = '{"note.txt": "a\\n {{ gone }}"}' where slug = 'daily'`.execute(
    house.db,
  )

  const shown = await run('daily')

  expect(shown).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/note\.txt +its own +2 +does not work: the house’s is used$/),
      expect.stringMatching(/^ {2}note\.txt, line 2, column 5: there is no “gone” here/),
    ]),
  )
})

test('a folder of something else is refused', async () => {
  await expect(run('daily', '--read', at('none'))).rejects.toThrow(/^cannot read .*none \(ENOENT/)
  await expect(run('daily', '--read', folder)).rejects.toThrow(`there is no form in ${folder}`)
  await writeFile(at('digest.txt'), Buffer.from([0xff, 0xfe]))
  await expect(run('daily', '--read', folder)).rejects.toThrow('digest.txt is not UTF-8 text')
  await writeFile(at('digest.txt'), 'x'.repeat(1_000_001))
  await expect(run('daily', '--read', folder)).rejects.toThrow('has more than 1 MB')
  await writeFile(at('digets.mjml'), 'x')
  await expect(run('daily', '--read', folder)).rejects.toThrow('digets.mjml is no form')
})

test('a partial that was changed is refused, so that nobody waits for it', async () => {
  await run('daily', '--write', folder)
  await edit('partials/story.mjml', (text) => `${text}<!-- ours -->`)

  await expect(run('daily', '--read', folder)).rejects.toThrow(
    'put its lines into the form, in place of {% render partials/story.mjml',
  )
})

test('a partial that was added is refused', async () => {
  await mkdir(at('partials'))
  await writeFile(at('digest.txt'), readHouseFile('digest.txt'))
  await writeFile(at('partials/ours.mjml'), 'x')

  await expect(run('daily', '--read', folder)).rejects.toThrow('partials/ours.mjml')
})

test('forms that are the house’s word for word are not its own', async () => {
  await run('daily', '--write', folder)

  expect(await run('daily', '--read', folder, '--check')).toEqual([
    'these are the house’s forms, word for word',
  ])
  expect(await run('daily', '--read', folder)).toEqual([
    '"daily" has the house’s forms: these are the same, word for word',
  ])
  expect(await ownForms()).toEqual([])
})

test.each([
  [[], 'say which newsletter'],
  [['weekly'], 'there is no newsletter "weekly": use daily'],
  [['daily', '--house', '--write', 'x'], 'takes one of --write, --read and --house'],
  [['daily', '--check'], '--check looks at a folder'],
])('%j is refused', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(message)
})

async function runAsBo(...args: string[]): Promise<string[]> {
  return runCommand(house, newsletters, { args: ['template', 'daily', ...args], as: 'bo' })
}

test('what somebody changed in the folder is not written over', async () => {
  await run('daily', '--write', folder)
  await run('daily', '--write', folder)
  await edit('note.txt', (text) => `Ours alone\n${text}`)
  await rm(at('digest.txt'))

  await expect(run('daily', '--write', folder)).rejects.toThrow(
    /note\.txt is there and says something else: name another folder/,
  )
  expect(await readFile(at('note.txt'), 'utf8')).toMatch(/^Ours alone/)
  await expect(readFile(at('digest.txt'))).rejects.toThrow('ENOENT')
})

test('what is done is also told as JSON', async () => {
  await run('daily', '--write', folder)
  await edit('note.txt', (text) => `Ours alone\n${text}`)
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await run('daily', '--json', ...args)).join(''))

  expect(await json('--read', folder, '--check')).toEqual({ slug: 'daily', fine: ['note.txt'] })
  expect(await json('--read', folder)).toEqual({ slug: 'daily', own: ['note.txt'] })
  expect(await json('--house')).toEqual({ slug: 'daily', removed: ['note.txt'] })
  expect(await json('--write', at('two'))).toMatchObject({
    slug: 'daily',
    written: expect.arrayContaining(['note.txt', 'partials/foot.txt']),
  })
})

test('the settings of a newsletter say which forms are its own', async () => {
  await run('daily', '--write', folder)
  await edit('note.txt', (text) => `Ours alone\n${text}`)
  await run('daily', '--read', folder)

  const shown = await runCommand(house, newsletters, { args: ['show', 'daily'] })

  expect(shown).toContain('  forms of its own: note.txt')
})

test('who may not change settings may look and try, and sets nothing', async () => {
  await runAsBo('--write', folder)
  await edit('note.txt', (text) => `Ours alone\n${text}`)

  await expect(runAsBo('--read', folder)).rejects.toThrow('takes the role admin')
  await expect(runAsBo('--house')).rejects.toThrow('takes the role admin')
  expect(await runAsBo('--read', folder, '--check')).toEqual([
    'note.txt can be used; nothing is changed yet',
  ])
  expect(await ownForms()).toEqual([])
})
