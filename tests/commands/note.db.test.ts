import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { note } from '#commands/note.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { ensureOperator } from '../deliveries/send-fixture.ts'
import { runCommand } from './run-command.ts'

let house: House
let folder: string
beforeEach(async () => {
  house = await openHouse()
  await ensureOperator(house)
  folder = await mkdtemp(join(tmpdir(), 'daybreak-note-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await house[Symbol.asyncDispose]()
})

async function fileOf(content: string | Uint8Array): Promise<string> {
  const file = join(folder, 'note.txt')
  await writeFile(file, content)
  return file
}

async function run(...args: string[]): Promise<string[]> {
  return runCommand(house, note, { args })
}

const TO_DAILY = ['compose', '--newsletter', 'daily', '--subject', 'We start at six']

test('a note in a file is drafted, with how many readers it is for and what comes next', async () => {
  await addReaders(house, 2)

  const lines = await run(...TO_DAILY, await fileOf('Dear readers,\n\nwe do.\n'))

  expect(lines).toEqual([
    'edition 1 (draft): We start at six',
    expect.stringMatching(/^ {2}to 2 readers of Morning digest, hash [\da-f]{12}$/),
    '  look: daybreak digest preview 1    then: daybreak digest approve 1',
  ])
  expect(await listAudit(house.context, 1)).toMatchObject([
    { actor: 'ines', verb: 'compose note', subject: 'edition 1' },
  ])
})

test.each([
  [['compose'], 'name one file'],
  [['send'], 'note takes compose, not "send"'],
  [[...TO_DAILY, '/nonexistent/note'], 'cannot read /nonexistent/note'],
  [[...TO_DAILY, 'one', 'two'], 'name one file'],
  [['compose', '--newsletter', 'daily', 'FILE'], 'subject must be a line of text'],
  [['compose', '--subject', 'x', 'FILE'], 'newsletter must be the short name'],
  [[...TO_DAILY, '--got', 'last', 'FILE'], '--got is not "last": give it a whole number'],
  [[...TO_DAILY, '--got', '5', 'FILE'], 'there is no edition 5'],
  [[...TO_DAILY, '--segment', 'nothing', 'FILE'], 'there is no segment "nothing"'],
])('%j is refused', async (args, message) => {
  const file = await fileOf('Words.')

  await expect(run(...args.map((arg) => (arg === 'FILE' ? file : arg)))).rejects.toThrow(message)
})

test('a file that is no text, or more than a note, is refused', async () => {
  await expect(run(...TO_DAILY, await fileOf(Buffer.from([0xff, 0xfe, 0x41])))).rejects.toThrow(
    'is not UTF-8 text',
  )
  await expect(run(...TO_DAILY, await fileOf('a'.repeat(100_001)))).rejects.toThrow(
    'has more than 100 KB',
  )
  await expect(run(...TO_DAILY, await fileOf('a'.repeat(20_001)))).rejects.toThrow(
    'text must be at most 20,000 characters',
  )
})

test('a viewer may not', async () => {
  await addOperator(house.context, { name: 'vic', role: 'viewer' })

  const asked = runCommand(house, note, { args: [...TO_DAILY, await fileOf('a')], as: 'vic' })

  await expect(asked).rejects.toThrow('takes the role editor')
})
