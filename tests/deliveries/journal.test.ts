import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Journal, lastWords, readJournal, wordKey } from '#deliveries/journal.ts'

const KEY = { editionId: 7, subscriberId: 2 ** 40 + 1, attempt: 3 }

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-journal-'))
  path = join(folder, 'one.journal')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(): void {
  const journal = new Journal(path)
  journal.begun(KEY)
  journal.accepted(KEY, '4F3A21')
  journal.begun({ ...KEY, attempt: 4 })
  journal.other({ ...KEY, attempt: 4 })
  journal.close()
}

test('a journal is read back as it was told', () => {
  write()

  expect(readJournal(path)).toEqual([
    { ...KEY, kind: 'begun', relayId: null },
    { ...KEY, kind: 'accepted', relayId: '4F3A21' },
    { ...KEY, attempt: 4, kind: 'begun', relayId: null },
    { ...KEY, attempt: 4, kind: 'other', relayId: null },
  ])
})

test('its last word on a row counts, attempt by attempt', () => {
  write()

  const words = lastWords(readJournal(path) ?? [])

  expect(words.get(wordKey(KEY))?.kind).toBe('accepted')
  expect(words.get(wordKey({ ...KEY, attempt: 4 }))?.kind).toBe('other')
  expect(words.get(wordKey({ ...KEY, attempt: 5 }))).toBeUndefined()
})

test('what was told is in the file at once, before the journal is closed', () => {
  const journal = new Journal(path)

  journal.begun(KEY)

  expect(readJournal(path)).toHaveLength(1)
  journal.close()
})

test('every damaged byte is noticed', () => {
  write()
  const whole = readFileSync(path)

  for (let at = 0; at < whole.length; at += 1) {
    const damaged = Buffer.from(whole)
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at)
    writeFileSync(path, damaged)

    expect(readJournal(path), `byte ${at}`).toBeUndefined()
  }
})

test('a record that is cut short spoils the journal, and so does anything after the last one', () => {
  write()
  const whole = readFileSync(path)

  truncateSync(path, whole.length - 1)
  const short = readJournal(path)
  writeFileSync(path, whole)
  appendFileSync(path, 'x')

  expect(short).toBeUndefined()
  expect(readJournal(path)).toBeUndefined()
})

test('a missing journal says nothing, which is not the same as an empty one', () => {
  expect(readJournal(path)).toBeUndefined()

  new Journal(path).close()

  expect(readJournal(path)).toEqual([])
})

test('a journal is never written over', () => {
  write()

  expect(() => new Journal(path)).toThrow(/EEXIST/)
})

test('a closed journal takes no record, not even into the file that has its number now', () => {
  const journal = new Journal(path)
  journal.close()
  const other = new Journal(join(folder, 'two.journal'))

  expect(() => journal.begun(KEY)).toThrow('the journal is closed')
  expect(readJournal(join(folder, 'two.journal'))).toEqual([])
  other.close()
})

test('a relay id that is longer than its place is cut, between characters', () => {
  const journal = new Journal(path)

  journal.accepted(KEY, `${'a'.repeat(55)}é`)

  expect(readJournal(path)).toMatchObject([{ relayId: 'a'.repeat(55) }])
  journal.close()
})
