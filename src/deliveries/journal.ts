import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { reasonOf } from '#errors.ts'
import {
  encode,
  type Entry,
  journalName,
  type JournalRecord,
  RECORD_BYTES,
  segmentPath,
  wordKey,
} from './journal-record.ts'
import type { RowKey } from './outcome-store.ts'
import { readJournal } from './read-journal.ts'

/** 174,762 records of 96 bytes; a million mails would make a single file of 192 MB. */
const SEGMENT_BYTES = 16 * 2 ** 20

/** Writes `length` bytes of the buffer at the position and says how many it wrote. */
type Write = (file: number, buffer: Buffer, at: { length: number; position: number }) => number

type Segment = { number: number; file: number | undefined; records: number; open: number }

/**
 * Which mails this process had begun, told to the page cache as it happens: it survives a kill, not a power cut, which
 * the boot id in the claim tells apart. Records have one size, a place and a checksum. A segment has its full length
 * from the start (sparse), so that one that was cut is told from one that is not full yet.
 */
export class Journal {
  readonly #path: string
  readonly #capacity: number
  readonly #buffer = Buffer.alloc(RECORD_BYTES)
  /** Oldest first; the last one is written to. Those before it wait until what they had begun is in the database. */
  readonly #segments: Segment[] = []
  /** Rows that had begun and whose outcome the database does not have yet, and the segment that says so. */
  readonly #open = new Map<string, Segment>()
  readonly #writeAt: Write
  #closed = false

  constructor(
    path: string,
    {
      segmentBytes = SEGMENT_BYTES,
      write = (file, buffer, { length, position }) => writeSync(file, buffer, 0, length, position),
    }: { segmentBytes?: number; write?: Write } = {},
  ) {
    this.#path = path
    this.#writeAt = write
    this.#capacity = Math.max(3, Math.floor(segmentBytes / RECORD_BYTES))
    this.#segments.push(this.#openSegment(0, 0))
  }

  /** Throws when the record cannot be written whole: then the body must not be sent. */
  begun(key: RowKey): void {
    const segment = this.#append(entryOf('begun', key, null))
    const row = wordKey(key)
    this.#release(row)
    this.#open.set(row, segment)
    segment.open += 1
  }

  accepted(key: RowKey, relayId: string | null): void {
    this.#append(entryOf('accepted', key, relayId))
  }

  /** A reply came that was not an acceptance: the row may be planned again. */
  other(key: RowKey): void {
    this.#append(entryOf('other', key, null))
  }

  /** Whether the mail has begun, and its outcome is not in the database yet. */
  isOpen(key: RowKey): boolean {
    return this.#open.has(wordKey(key))
  }

  /** What was told so far, as another process would read it. */
  read(): Entry[] | undefined {
    return readJournal(this.#path)
  }

  /**
   * The database has the outcome of these rows. Only for commits that a crash of PostgreSQL cannot take back: a row that
   * is claimed again and of which no segment tells would count as never begun, and be mailed twice.
   */
  settle(keys: Iterable<RowKey>): void {
    for (const key of keys) this.#release(wordKey(key))
    if (this.#closed) return
    // From the oldest on: a journal has no gap. The note comes first: a kill between the two leaves a file nobody needs.
    const settled = this.#segments.slice(0, -1).findIndex((segment) => segment.open > 0)
    const count = settled === -1 ? this.#segments.length - 1 : settled
    const last = this.#segments[count - 1]
    if (last === undefined) return
    try {
      this.#append({ kind: 'dropped', through: last.number })
    } catch {
      return // A full disk: the segments stay until the note can be taken.
    }
    for (const { number } of this.#segments.splice(0, count))
      rmSync(segmentPath(this.#path, number), { force: true })
  }

  close(): void {
    for (const segment of this.#segments) closeSegment(segment)
    this.#closed = true
  }

  #release(row: string): void {
    const segment = this.#open.get(row)
    if (segment === undefined) return
    segment.open -= 1
    this.#open.delete(row)
  }

  #append(record: JournalRecord): Segment {
    // A closed number may by now be another file's: what is written late must not land there.
    if (this.#closed) throw new Error('the journal is closed')
    const segment = this.#writable()
    this.#write(segment, record)
    return segment
  }

  /** The last record of a segment names the next one, which is already there: a kill in between loses nothing. */
  #writable(): Segment {
    const current = this.#segments.at(-1)
    if (current === undefined) throw new Error('the journal is closed')
    if (current.records < this.#capacity - 1) return current
    const number = current.number + 1
    const next = this.#openSegment(number, this.#segments[0]?.number ?? 0)
    try {
      this.#write(current, { kind: 'continued', next: number })
    } catch (error) {
      this.#remove(next)
      throw error
    }
    this.#segments.push(next)
    closeSegment(current)
    return next
  }

  #openSegment(number: number, oldest: number): Segment {
    const path = segmentPath(this.#path, number)
    const segment: Segment = { number, file: openSync(path, 'wx', 0o600), records: 0, open: 0 }
    try {
      ftruncateSync(numberOf(segment), this.#capacity * RECORD_BYTES)
      this.#write(segment, {
        kind: 'opened',
        capacity: this.#capacity,
        oldest,
        name: journalName(this.#path),
      })
    } catch (error) {
      this.#remove(segment)
      throw error
    }
    return segment
  }

  #remove(segment: Segment): void {
    closeSegment(segment)
    rmSync(segmentPath(this.#path, segment.number), { force: true })
  }

  #write(segment: Segment, record: JournalRecord): void {
    const file = numberOf(segment)
    const place = { segment: segment.number, index: segment.records }
    const bytes = encode(this.#buffer, record, place)
    let written = 0
    let trouble: unknown
    try {
      written = this.#writeAt(file, bytes, {
        length: RECORD_BYTES,
        position: segment.records * RECORD_BYTES,
      })
    } catch (error) {
      trouble = error
    }
    if (written !== RECORD_BYTES) {
      this.#cutBack(segment)
      const why = trouble === undefined ? `it took ${written} bytes` : reasonOf(trouble)
      throw new Error(`the journal takes no record (${why}): is the disk full?`, { cause: trouble })
    }
    segment.records += 1
  }

  /** To the last whole record, and to full length again: both take no room. */
  #cutBack(segment: Segment): void {
    const file = numberOf(segment)
    ftruncateSync(file, segment.records * RECORD_BYTES)
    ftruncateSync(file, this.#capacity * RECORD_BYTES)
  }
}

function entryOf(
  kind: Entry['kind'],
  { editionId, subscriberId, attempt }: RowKey,
  relayId: string | null,
): Entry {
  return { kind, editionId, subscriberId, attempt, relayId }
}

function closeSegment(segment: Segment): void {
  if (segment.file !== undefined) closeSync(segment.file)
  segment.file = undefined
}

function numberOf({ file }: Segment): number {
  if (file === undefined) throw new Error('the segment of the journal is closed')
  return file
}
