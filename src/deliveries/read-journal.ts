import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import {
  decode,
  type Entry,
  journalName,
  type JournalRecord,
  type Mark,
  RECORD_BYTES,
  segmentPath,
  wordKey,
} from './journal-record.ts'

type Segment = { number: number; opened: Mark & { kind: 'opened' }; records: JournalRecord[] }

/**
 * What a journal says, or undefined when it is missing, cut, damaged, or one of its segments is: then every unfinished
 * row of its sender is uncertain.
 */
export function readJournal(path: string): Entry[] | undefined {
  const numbers = listSegments(path)
  const newest = numbers.at(-1)
  if (newest === undefined) return undefined
  const last = readSegment(path, newest)
  // A kill while the next segment is opened leaves one without records, or even without a header.
  if (last === undefined) {
    if (newest === 0 || !isUnborn(path, newest)) return undefined
    return entriesOf(path, { newest: newest - 1, open: true })
  }
  return entriesOf(path, { newest, open: last.records.length === 0 })
}

/** The last word of the journal on each row and attempt. */
export function lastWords(entries: Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [wordKey(entry), entry]))
}

export function removeJournal(path: string): void {
  for (const number of listSegments(path)) rmSync(segmentPath(path, number), { force: true })
}

function listSegments(path: string): number[] {
  const name = basename(path)
  return namesIn(dirname(path))
    .filter((file) => file === name || file.startsWith(`${name}.`))
    .map((file) => (file === name ? 0 : Number(file.slice(name.length + 1))))
    .filter((number) => Number.isSafeInteger(number))
    .toSorted((one, other) => one - other)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * All segments that are still needed, joined. `open`: the newest has no record yet, so the one before it may not have
 * said that it goes on.
 */
function entriesOf(
  path: string,
  { newest, open }: { newest: number; open: boolean },
): Entry[] | undefined {
  const segments: Segment[] = []
  let oldest = newest
  for (let number = newest; number >= oldest; number -= 1) {
    const segment = readSegment(path, number)
    if (segment === undefined) return undefined
    const goesOn = segment.records.at(-1)?.kind === 'continued'
    const mayEnd = number === newest || (open && number === newest - 1)
    if (number === newest ? goesOn : !goesOn && !mayEnd) return undefined
    if (number === newest) oldest = oldestOf(segment)
    segments.unshift(segment)
  }
  return segments.flatMap(({ records }) => records.filter(isEntry))
}

function oldestOf({ opened, records }: Segment): number {
  return records.reduce(
    (oldest, record) => (record.kind === 'dropped' ? record.through + 1 : oldest),
    opened.oldest,
  )
}

function isEntry(record: JournalRecord): record is Entry {
  return record.kind === 'begun' || record.kind === 'accepted' || record.kind === 'other'
}

/** A segment of full length: records from its beginning on, each at its place, and nothing behind the last. */
function readSegment(path: string, number: number): Segment | undefined {
  const bytes = read(path, number)
  if (bytes === undefined || bytes.length < RECORD_BYTES) return undefined
  const opened = decode(bytes.subarray(0, RECORD_BYTES), { segment: number, index: 0 })
  if (opened?.kind !== 'opened' || opened.name !== journalName(path)) return undefined
  if (bytes.length !== opened.capacity * RECORD_BYTES) return undefined
  const records: JournalRecord[] = []
  for (let index = 1; index < opened.capacity; index += 1) {
    const buffer = bytes.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES)
    const record = decode(buffer, { segment: number, index })
    if (record === undefined) return isEmpty(bytes, index) ? { number, opened, records } : undefined
    records.push(record)
  }
  return { number, opened, records }
}

function isEmpty(bytes: Buffer, index: number): boolean {
  const rest = bytes.subarray(index * RECORD_BYTES)
  return rest.equals(Buffer.alloc(rest.length))
}

function isUnborn(path: string, number: number): boolean {
  const bytes = read(path, number)
  return bytes !== undefined && isEmpty(bytes, 0)
}

function read(path: string, number: number): Buffer | undefined {
  try {
    return readFileSync(segmentPath(path, number))
  } catch {
    return undefined
  }
}
