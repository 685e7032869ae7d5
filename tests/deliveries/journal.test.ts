import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Journal } from '#deliveries/journal.ts'
import { wordKey } from '#deliveries/journal-record.ts'
import { lastWords, readJournal, removeJournal } from '#deliveries/read-journal.ts'

const KEY = { editionId: 7, subscriberId: 2 ** 40 + 1, attempt: 3 }

/** A header, five records and the word "continued". */
const SMALL = { segmentBytes: 7 * 96 }

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

test('every damaged byte is noticed, in the records and behind them', () => {
  const journal = new Journal(path, SMALL)
  journal.begun(KEY)
  journal.accepted(KEY, '4F3A21')
  journal.close()
  const whole = readFileSync(path)

  for (let at = 0; at < whole.length; at += 1) {
    const damaged = Buffer.from(whole)
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at)
    writeFileSync(path, damaged)

    expect(readJournal(path), `byte ${at}`).toBeUndefined()
  }
})

test('a cut anywhere is noticed, between two records too, and so is anything behind the end', () => {
  write()
  const whole = readFileSync(path)

  for (const length of [0, 95, 96, 2 * 96, 3 * 96 + 1, 5 * 96, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, length))
    expect(readJournal(path), `${length} bytes`).toBeUndefined()
  }
  writeFileSync(path, whole)
  appendFileSync(path, 'x')
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

const row = (subscriberId: number) => ({ editionId: 7, subscriberId, attempt: 1 })

/** 20 mails begun and accepted, in segments of five records. */
function writeMany(): Journal {
  const journal = new Journal(path, SMALL)
  for (let id = 1; id <= 20; id += 1) {
    journal.begun(row(id))
    journal.accepted(row(id), `A${id}`)
  }
  return journal
}

test('a journal that goes on in further segments is read as one', () => {
  writeMany().close()

  const words = lastWords(readJournal(path) ?? [])

  expect(readdirSync(folder)).toHaveLength(8)
  expect(words.size).toBe(20)
  expect([...words.values()].every((entry) => entry.kind === 'accepted')).toBe(true)
})

test.each([
  ['is missing', () => rmSync(`${path}.3`)],
  ['is the last one and missing', () => rmSync(`${path}.7`)],
  ['is cut', () => truncateSync(`${path}.3`, 3 * 96)],
  ['is the last one and empty', () => truncateSync(`${path}.7`, 0)],
  ['stands in the place of another', () => copyFileSync(`${path}.2`, `${path}.3`)],
  ['is of another journal', () => copyFileSync(segmentOfAnother(), `${path}.3`)],
])('one of whose segments %s tells nothing', (_what, damage) => {
  writeMany().close()

  damage()

  expect(readJournal(path)).toBeUndefined()
})

function segmentOfAnother(): string {
  const own = path
  path = join(folder, 'other.journal')
  writeMany().close()
  const segment = `${path}.3`
  path = own
  return segment
}

test('a kill while the next segment is opened loses nothing', () => {
  const journal = new Journal(path, SMALL)
  for (const id of [1, 2, 3, 4, 5]) journal.begun(row(id))
  journal.close()

  writeFileSync(`${path}.1`, '')
  const unborn = readJournal(path)
  writeFileSync(`${path}.1`, Buffer.alloc(SMALL.segmentBytes))
  const empty = readJournal(path)

  expect(unborn).toHaveLength(5)
  expect(empty).toHaveLength(5)
})

test('segments whose rows are all in the database are dropped, the oldest first, and no other', () => {
  const journal = writeMany()
  const ids = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => row(from + at))

  journal.settle(ids(3, 20))
  const before = readdirSync(folder).length
  journal.settle([row(1)])
  const halfway = readdirSync(folder).length
  journal.settle([row(2)])

  expect([before, halfway]).toEqual([8, 8])
  expect(readdirSync(folder)).toEqual(['one.journal.7', 'one.journal.8'])
  expect(readJournal(path)?.every((entry) => entry.subscriberId >= 18)).toBe(true)
  journal.begun(row(21))
  expect(readJournal(path)?.at(-1)).toMatchObject({ kind: 'begun', subscriberId: 21 })
  journal.close()
})

test('a segment that was to be dropped and is still there does no harm', () => {
  const journal = writeMany()
  const kept = readFileSync(path)
  journal.settle(Array.from({ length: 20 }, (_, at) => row(at + 1)))
  writeFileSync(path, kept)

  const entries = readJournal(path)
  removeJournal(path)

  expect(entries?.every((entry) => entry.subscriberId >= 18)).toBe(true)
  expect(readdirSync(folder)).toEqual([])
  journal.close()
})

/** A disk that has room for so many bytes behind the header, and takes as much of a record as fits. */
function fullDisk(room: number) {
  let left = room + 96
  return (
    file: number,
    buffer: Buffer,
    { length, position }: { length: number; position: number },
  ) => {
    if (left === 0) throw new Error('ENOSPC: no space left on device, write')
    const fits = Math.min(length, left)
    left -= fits
    return writeSync(file, buffer, 0, fits, position)
  }
}

test.each([
  ['takes half a record', 2 * 96 + 40, '40 bytes'],
  ['takes nothing any more', 2 * 96, 'ENOSPC'],
  ['has no room for the next segment', 5 * 96, 'ENOSPC'],
])('when the disk %s, no body begins and the journal stays whole', (_what, room, why) => {
  const journal = new Journal(path, { ...SMALL, write: fullDisk(room) })
  const begun = Math.floor(room / 96)
  for (let id = 1; id <= begun; id += 1) journal.begun(row(id))

  const begin = () => journal.begun(row(begun + 1))

  expect(begin).toThrow(why)
  expect(begin).toThrow('is the disk full?')
  expect(readJournal(path)?.map((entry) => entry.subscriberId)).toEqual(
    Array.from({ length: begun }, (_, at) => at + 1),
  )
  expect(readdirSync(folder)).toEqual(['one.journal'])
  journal.close()
})
