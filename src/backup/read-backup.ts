import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { hasCode, reasonOf, Refusal } from '#errors.ts'
import { type Entry, readEntries, type End } from './entries.ts'
import { type About, readAbout, unseal } from './sealed-file.ts'

/** What everybody may read of it. @throws Refusal for a file that is not there or is no backup */
export async function describeBackup(file: string): Promise<About> {
  return readAbout(bytesOf(file), basename(file))
}

/** What is in it. @throws Refusal, also on the way, when it is not whole */
export async function* openBackup(
  file: string,
  { passphrase }: { passphrase: string },
): AsyncGenerator<Entry> {
  const name = basename(file)
  const plain = unseal(passphrase, { name })(bytesOf(file))
  yield* readEntries(unpack(plain, name))
}

async function* unpack(plain: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const unpacking = createZstdDecompress()
  const unpacked = pipeline(plain, unpacking)
  // A reader that stops early ends it too, and then nobody asks.
  unpacked.catch(() => undefined)
  try {
    yield* unpacking as AsyncIterable<Buffer>
    await unpacked
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw new Refusal(`${name} cannot be unpacked (${reasonOf(cause)})`, { field: 'file', cause })
  }
}

/**
 * Reads all of it, and changes nothing.
 * @returns how many rows it has
 * @throws Refusal when it is not whole
 */
export async function checkBackup(
  file: string,
  { passphrase }: { passphrase: string },
): Promise<{ rows: number; end: End }> {
  let end: End | undefined
  // To the last byte, so that what follows the end is seen too.
  for await (const { head, pieces } of openBackup(file, { passphrase })) {
    if (head.kind === 'end') end = head
    else for await (const piece of pieces) void piece
  }
  if (end === undefined) throw new Refusal(`${basename(file)} has no end`, { field: 'file' })
  return { rows: Object.values(end.rows).reduce((sum, count) => sum + count, 0), end }
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>
  } catch (cause) {
    if (hasCode(cause, 'ENOENT'))
      throw new Refusal(`there is no file ${file}`, { field: 'file', cause })
    throw new Refusal(`cannot read ${file} (${reasonOf(cause)})`, { field: 'file', cause })
  }
}
