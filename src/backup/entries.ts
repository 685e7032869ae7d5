import { z } from 'zod'
import { Refusal } from '#errors.ts'
import { ByteReader } from './sealed-file.ts'

/**
 * What is in a backup, one after the other: a line that names the entry, its bytes in pieces that each say their length,
 * a piece of no length. The last entry counts the rows of every table, and nothing follows it.
 */
const head = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), name: z.string().regex(/^[\w.-]+(?:\/[\w.-]+){0,3}$/) }),
  z.object({
    kind: z.literal('table'),
    name: z.string().regex(/^[a-z_0-9]+$/),
    columns: z.array(z.string().regex(/^[a-z_0-9]+$/)).min(1),
    /** The first edition of each of its partitions. */
    partitions: z.array(z.int().nonnegative()),
  }),
  z.object({
    kind: z.literal('end'),
    rows: z.record(z.string(), z.int().nonnegative()),
    /** Sequences, and what they gave last. */
    sequences: z.record(z.string(), z.int().positive()),
  }),
])

export type Head = z.infer<typeof head>
export type TableHead = Extract<Head, { kind: 'table' }>
export type End = Extract<Head, { kind: 'end' }>

const MAX_HEAD_BYTES = 1_000_000
const MAX_PIECE_BYTES = 2 ** 28

export function headBytes(entry: Head): Buffer {
  const text = Buffer.from(JSON.stringify(entry))
  return Buffer.concat([lengthOf(text), text])
}

/** None of it ends an entry. */
export function pieceBytes(piece: Buffer): Buffer[] {
  return [lengthOf(piece), piece]
}

export const END_OF_ENTRY = Buffer.alloc(4)

function lengthOf({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

/** An entry, and its bytes, which must be read before the next entry is asked for. */
export type Entry = { head: Head; pieces: AsyncGenerator<Buffer> }

/** @throws Refusal for what this version cannot read */
export async function* readEntries(source: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  const bytes = new ByteReader(source)
  for (;;) {
    const entry = readHead(await sized(bytes, MAX_HEAD_BYTES))
    yield { head: entry, pieces: readPieces(bytes) }
    if (entry.kind === 'end') break
  }
  if (!(await bytes.isAtEnd())) throw unreadable()
}

async function* readPieces(bytes: ByteReader): AsyncGenerator<Buffer> {
  for (;;) {
    const piece = await sized(bytes, MAX_PIECE_BYTES)
    if (piece.length === 0) return
    yield piece
  }
}

async function sized(bytes: ByteReader, most: number): Promise<Buffer> {
  const length = (await bytes.take(4))?.readUInt32BE() ?? most + 1
  const found = length > most ? undefined : await bytes.take(length)
  if (found === undefined) throw unreadable()
  return found
}

function readHead(text: Buffer): Head {
  try {
    return head.parse(JSON.parse(text.toString()))
  } catch (cause) {
    throw unreadable(cause)
  }
}

function unreadable(cause?: unknown): Refusal {
  return new Refusal('the backup holds something that this version of Daybreak cannot read', {
    field: 'file',
    cause,
  })
}
