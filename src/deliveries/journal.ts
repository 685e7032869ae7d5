import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { RowKey } from './outcome-store.ts'

/**
 * Which mails this process had begun, told to the page cache as it happens: it survives a kill, not a power cut, which
 * the boot id in the claim tells apart. Records have one size and a checksum; the file is only ever appended to.
 */
const SIZE = 96
const MAGIC = 0x44_42_4a_31 // "DBJ1"
const KINDS = ['', 'begun', 'accepted', 'other'] as const
const RELAY_ID_BYTES = 56

export type Entry = RowKey & { kind: 'begun' | 'accepted' | 'other'; relayId: string | null }

export class Journal {
  #file: number | undefined
  readonly #record = Buffer.alloc(SIZE)

  constructor(path: string) {
    this.#file = openSync(path, 'ax', 0o600)
  }

  /** Throws when the record cannot be written whole: then the body must not be sent. */
  begun(key: RowKey): void {
    this.#append({ ...key, kind: 'begun', relayId: null })
  }

  accepted(key: RowKey, relayId: string | null): void {
    this.#append({ ...key, kind: 'accepted', relayId })
  }

  /** A reply came that was not an acceptance: the row may be planned again. */
  other(key: RowKey): void {
    this.#append({ ...key, kind: 'other', relayId: null })
  }

  #append(entry: Entry): void {
    // A closed number may by now be another file's: what is written late must not land there.
    if (this.#file === undefined) throw new Error('the journal is closed')
    const written = writeSync(this.#file, encode(this.#record, entry))
    if (written !== SIZE)
      throw new Error(`the journal took ${written} of ${SIZE} bytes: is the disk full?`)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/**
 * What a journal says, or undefined when it is missing, cut or damaged: then every unfinished row of its sender is
 * uncertain.
 */
export function readJournal(path: string): Entry[] | undefined {
  let bytes
  try {
    bytes = readFileSync(path)
  } catch {
    return undefined
  }
  if (bytes.length % SIZE !== 0) return undefined
  const entries: Entry[] = []
  for (let offset = 0; offset < bytes.length; offset += SIZE) {
    const entry = decode(bytes.subarray(offset, offset + SIZE))
    if (entry === undefined) return undefined
    entries.push(entry)
  }
  return entries
}

/** The last word of the journal on each row and attempt. */
export function lastWords(entries: Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [wordKey(entry), entry]))
}

export function wordKey({ editionId, subscriberId, attempt }: RowKey): string {
  return `${editionId}/${subscriberId}/${attempt}`
}

function encode(
  record: Buffer,
  { kind, editionId, subscriberId, attempt, relayId }: Entry,
): Buffer {
  record.fill(0)
  record.writeUInt32BE(MAGIC, 0)
  record.writeUInt8(KINDS.indexOf(kind), 4)
  record.writeUInt32BE(attempt, 8)
  record.writeBigUInt64BE(BigInt(editionId), 12)
  record.writeBigUInt64BE(BigInt(subscriberId), 20)
  const length = relayId === null ? 0 : record.write(relayId, 32, RELAY_ID_BYTES, 'utf8')
  record.writeUInt8(length, 5)
  record.writeUInt32BE(crc32(record.subarray(0, SIZE - 4)), SIZE - 4)
  return record
}

function decode(record: Buffer): Entry | undefined {
  if (record.readUInt32BE(0) !== MAGIC) return undefined
  if (record.readUInt32BE(SIZE - 4) !== crc32(record.subarray(0, SIZE - 4))) return undefined
  const kind = KINDS[record.readUInt8(4)]
  if (kind === undefined || kind === '') return undefined
  const length = record.readUInt8(5)
  return {
    kind,
    editionId: Number(record.readBigUInt64BE(12)),
    subscriberId: Number(record.readBigUInt64BE(20)),
    attempt: record.readUInt32BE(8),
    relayId: length === 0 ? null : record.toString('utf8', 32, 32 + length),
  }
}
