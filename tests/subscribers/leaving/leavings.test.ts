import {
  appendFile,
  type FileHandle,
  mkdtemp,
  open,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LeavingNote } from '#context.ts'
import { createLog } from '#log.ts'
import { lineOf, parseLine } from '#subscribers/leaving-line.ts'
import { leavingsPath, openLeavings } from '#subscribers/leavings.ts'

const NOTE: LeavingNote = {
  at: new Date('2026-11-22T06:30:00Z'),
  kind: 'left',
  newsletterId: 7,
  addressHash: Buffer.alloc(32, 0xa7),
}

let dataDir = ''
let lines: string[] = []
const log = createLog({ level: 'info', name: 'test', write: (line) => void lines.push(line) })

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-leavings-'))
  lines = []
})

afterEach(async () => rm(dataDir, { recursive: true, force: true }))

async function readNotes() {
  const text = await readFile(leavingsPath(dataDir), 'utf8')
  return text.split('\n').slice(0, -1).map(parseLine)
}

test('a line says what it was told, and has the length of every other', () => {
  const notes: LeavingNote[] = [
    NOTE,
    { ...NOTE, kind: 'complained', newsletterId: null },
    { ...NOTE, kind: 'asked', newsletterId: 123_456_789 },
  ]

  const texts = notes.map(lineOf)

  expect(texts.map((text) => parseLine(text.slice(0, -1)))).toEqual(notes)
  expect(new Set(texts.map((text) => text.length)).size).toBe(1)
})

test('a line of a whole domain says which, and what became of it', () => {
  const domain = 'xn--zeitung-n2a.example'
  const notes = (['closed', 'reopened'] as const).map((kind) => ({ at: NOTE.at, kind, domain }))

  const texts = notes.map(lineOf)

  expect(texts.map((text) => parseLine(text.slice(0, -1)))).toEqual(notes)
})

test('every damaged character of a line is noticed', () => {
  const text = lineOf(NOTE).slice(0, -1)

  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === '1' ? '2' : '1'
    expect(parseLine(text.slice(0, at) + other + text.slice(at + 1)), `at ${at}`).toBeUndefined()
  }
  expect(parseLine(text.slice(1))).toBeUndefined()
})

test('what was noted is in the file at once; the first line names the file, and no address is in it', async () => {
  await using leavings = openLeavings({ dataDir, log })

  await leavings.note([NOTE])

  expect(await readNotes()).toMatchObject([{ kind: 'opened' }, NOTE])
})

test('processes of a machine write into one file, and a later start goes on in it', async () => {
  await using one = openLeavings({ dataDir, log })
  await using other = openLeavings({ dataDir, log })

  await Promise.all([one.note([NOTE]), other.note([NOTE]), one.note([NOTE])])

  expect((await readNotes()).map((note) => note?.kind)).toEqual(['opened', 'left', 'left', 'left'])
})

test('two files never have one name', async () => {
  await using one = openLeavings({ dataDir, log })
  await using other = openLeavings({ dataDir, log })
  await one.note([NOTE])
  const [first] = await readNotes()
  await rm(leavingsPath(dataDir))
  await other.note([NOTE])

  const [second] = await readNotes()

  const name = { kind: 'opened', addressHash: expect.any(Buffer) }
  expect([first, second]).toMatchObject([name, name])
  expect(first).not.toEqual(second)
})

test('a file that takes no line is told in the log, and the reader has left all the same', async () => {
  await using leavings = openLeavings({ dataDir: join(dataDir, 'missing'), log })

  await leavings.note([NOTE])

  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('leavings.log takes no line')
})

test('nothing to note makes no file', async () => {
  await openLeavings({ dataDir, log }).note([])

  await expect(readFile(leavingsPath(dataDir))).rejects.toThrow('ENOENT')
})

test('a line that was cut short by a crash does not swallow the next one after the replay of its rest', async () => {
  await writeFile(leavingsPath(dataDir), lineOf({ ...NOTE, kind: 'opened' }))
  await appendFile(leavingsPath(dataDir), lineOf(NOTE).slice(0, 40))
  await using leavings = openLeavings({ dataDir, log })

  await leavings.note([NOTE])

  expect((await readNotes()).at(-1)).toEqual(NOTE)
})

test('who comes while the disk is busy shares the next write, and each waits for its own line', async () => {
  await using leavings = openLeavings({ dataDir, log })
  await leavings.note([NOTE])
  const prototype = await fileHandlePrototype()
  const syncs = vi.spyOn(prototype, 'datasync')

  const seen = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      await leavings.note([{ ...NOTE, newsletterId: 1000 + index }])
      return (await readNotes()).some(
        (note) => note?.kind === 'left' && note.newsletterId === 1000 + index,
      )
    }),
  )

  expect(seen).toEqual(Array.from({ length: 50 }, () => true))
  expect(syncs.mock.calls.length).toBeLessThanOrEqual(2)
  syncs.mockRestore()
})

test('a write that fails holds nobody up, nor the lines that come after it', async () => {
  await using leavings = openLeavings({ dataDir, log })
  await leavings.note([NOTE])
  const failing = vi
    .spyOn(await fileHandlePrototype(), 'datasync')
    .mockRejectedValueOnce(new Error('no space left on device'))

  await Promise.all([leavings.note([NOTE]), leavings.note([{ ...NOTE, newsletterId: 8 }])])

  expect(lines.join()).toContain('no space left')
  expect((await readNotes()).at(-1)).toEqual({ ...NOTE, newsletterId: 8 })
  failing.mockRestore()
})

async function fileHandlePrototype(): Promise<FileHandle> {
  await using handle = await open(import.meta.filename)
  return Object.getPrototypeOf(handle)
}
