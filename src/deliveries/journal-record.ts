import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import type { RowKey } from './outcome-store.ts'

export const RECORD_BYTES = 96

const MAGIC = 0x44_42_4a_32 // "DBJ2"
const KINDS = ['', 'begun', 'accepted', 'other', 'opened', 'continued', 'dropped'] as const
const TEXT_AT = 32
const TEXT_BYTES = 56

/** What a journal says of a row. */
export type Entry = RowKey & { kind: 'begun' | 'accepted' | 'other'; relayId: string | null }

/**
 * What a journal says of itself: a segment begins with how many records it has room for, the oldest segment that is
 * still needed, and whose it is; it ends with the number of the next one; and all up to `through` are not needed.
 */
export type Mark =
  | { kind: 'opened'; capacity: number; oldest: number; name: string }
  | { kind: 'continued'; next: number }
  | { kind: 'dropped'; through: number }

export type JournalRecord = Entry | Mark

/** A record knows where it stands, so that one at another's place is noticed. */
export type Place = { segment: number; index: number }

export function segmentPath(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`
}

export function journalName(path: string): string {
  return basename(path).slice(0, TEXT_BYTES)
}

/** Names a row and attempt in a map. */
export function wordKey({ editionId, subscriberId, attempt }: RowKey): string {
  return `${editionId}/${subscriberId}/${attempt}`
}

export function encode(buffer: Buffer, record: JournalRecord, { segment, index }: Place): Buffer {
  const { numbers, text } = fieldsOf(record)
  buffer.fill(0)
  buffer.writeUInt32BE(MAGIC, 0)
  buffer.writeUInt8(KINDS.indexOf(record.kind), 4)
  buffer.writeUInt16BE(segment % 0x1_00_00, 6)
  buffer.writeUInt32BE(numbers[0], 8)
  writeWhole(buffer, numbers[1], 12)
  writeWhole(buffer, numbers[2], 20)
  buffer.writeUInt32BE(index, 28)
  const length = text === null ? 0 : buffer.write(text, TEXT_AT, TEXT_BYTES, 'utf8')
  buffer.writeUInt8(length, 5)
  buffer.writeUInt32BE(crc32(buffer.subarray(0, RECORD_BYTES - 4)), RECORD_BYTES - 4)
  return buffer
}

/** Undefined for what is not the record of this place. */
export function decode(buffer: Buffer, { segment, index }: Place): JournalRecord | undefined {
  if (buffer.readUInt32BE(0) !== MAGIC) return undefined
  const sum = crc32(buffer.subarray(0, RECORD_BYTES - 4))
  if (buffer.readUInt32BE(RECORD_BYTES - 4) !== sum) return undefined
  if (buffer.readUInt16BE(6) !== segment % 0x1_00_00) return undefined
  if (buffer.readUInt32BE(28) !== index) return undefined
  const length = buffer.readUInt8(5)
  const text = length === 0 ? null : buffer.toString('utf8', TEXT_AT, TEXT_AT + length)
  const numbers: Numbers = [buffer.readUInt32BE(8), readWhole(buffer, 12), readWhole(buffer, 20)]
  return recordOf(KINDS[buffer.readUInt8(4)] ?? '', { numbers, text })
}

type Numbers = [small: number, one: number, other: number]
type Fields = { numbers: Numbers; text: string | null }

function fieldsOf(record: JournalRecord): Fields {
  switch (record.kind) {
    case 'opened':
      return { numbers: [0, record.capacity, record.oldest], text: record.name }
    case 'continued':
      return { numbers: [0, 0, record.next], text: null }
    case 'dropped':
      return { numbers: [0, 0, record.through], text: null }
    case 'begun':
    case 'accepted':
    case 'other':
      return {
        numbers: [record.attempt, record.editionId, record.subscriberId],
        text: record.relayId,
      }
  }
}

function recordOf(
  kind: (typeof KINDS)[number],
  { numbers: [small, one, other], text }: Fields,
): JournalRecord | undefined {
  switch (kind) {
    case '':
      return undefined
    case 'opened':
      return { kind, capacity: one, oldest: other, name: text ?? '' }
    case 'continued':
      return { kind, next: other }
    case 'dropped':
      return { kind, through: other }
    case 'begun':
    case 'accepted':
    case 'other':
      return { kind, editionId: one, subscriberId: other, attempt: small, relayId: text }
  }
}

/** Two halves: a bigint a number costs 0.2 µs a record. */
function writeWhole(buffer: Buffer, number: number, at: number): void {
  buffer.writeUInt32BE(Math.floor(number / 2 ** 32), at)
  buffer.writeUInt32BE(number >>> 0, at + 4)
}

function readWhole(buffer: Buffer, at: number): number {
  return buffer.readUInt32BE(at) * 2 ** 32 + buffer.readUInt32BE(at + 4)
}
