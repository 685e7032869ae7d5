import { createWriteStream } from 'node:fs'
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import type pg from 'pg'
import { schemaVersion } from '#db/migrate.ts'
import { hasCode, reasonOf, Refusal } from '#errors.ts'
import { END_OF_ENTRY, headBytes, pieceBytes } from './entries.ts'
import type { KeptFile } from './kept-files.ts'
import { checkBackup } from './read-backup.ts'
import { seal } from './sealed-file.ts'
import { beginSnapshot, copyOut, listSequences, listTables } from './snapshot-store.ts'

/** Some 200 MB a second on one core, and a third of the size. */
const LEVEL = 3

export type Backup = {
  file: string
  schema: number
  /** Of the file. */
  bytes: number
  /** Of all tables. */
  rows: number
}

/** How far it is; shares of the bytes that the tables have on the disk. */
export type Progress = (now: { table: string; rows: number; share: number }) => void

/**
 * Writes all records of one moment, with the keys and settings, sealed with the passphrase. Then reads it back: the file
 * has its name only once it is whole and was found so.
 * @throws Refusal when the file is there already or cannot be written; then nothing is left of it
 */
export async function writeBackup(
  client: pg.ClientBase,
  {
    file,
    passphrase,
    files,
    program,
    now,
    progress = () => undefined,
  }: {
    file: string
    passphrase: string
    files: readonly KeptFile[]
    program: string
    now: Date
    progress?: Progress
  },
): Promise<Backup> {
  const draft = `${file}.partial`
  await refuseExisting(file)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await beginSnapshot(client)
  try {
    const schema = await schemaVersion(client)
    const about = { schema, program, madeAt: now.toISOString() }
    await pipeline(
      entriesOf(client, { files, progress }),
      createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
      seal(passphrase, about),
      createWriteStream(draft, { mode: 0o600, flush: true }),
    )
    const { rows } = await checkBackup(draft, { passphrase })
    await take(draft, file)
    const { size } = await stat(file)
    return { file, schema, bytes: size, rows }
  } catch (cause) {
    throw cause instanceof Refusal ? cause : refusalOf(file, cause)
  } finally {
    await rm(draft, { force: true })
    await client.query('rollback').catch(() => undefined)
  }
}

async function* entriesOf(
  client: pg.ClientBase,
  { files, progress }: { files: readonly KeptFile[]; progress: Progress },
): AsyncGenerator<Buffer> {
  for (const { name, bytes } of files) {
    yield headBytes({ kind: 'file', name })
    if (bytes.length > 0) yield* pieceBytes(bytes)
    yield END_OF_ENTRY
  }
  const rows: Record<string, number> = {}
  const tables = await listTables(client)
  const all = tables.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  for (const { bytes, ...table } of tables) {
    yield headBytes(table)
    const copying = copyOut(client, table)
    for await (const piece of copying as AsyncIterable<Buffer>)
      if (piece.length > 0) yield* pieceBytes(piece)
    yield END_OF_ENTRY
    rows[table.name] = copying.rowCount
    done += bytes
    progress({ table: table.name, rows: copying.rowCount, share: all === 0 ? 1 : done / all })
  }
  yield headBytes({ kind: 'end', rows, sequences: await listSequences(client) })
}

/** A backup never takes the place of another. */
async function refuseExisting(file: string): Promise<void> {
  const there = await stat(file).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw refusalOf(file, error)
  })
  if (there !== undefined)
    throw new Refusal(`${file} is there already: give the backup another name`, { field: 'file' })
}

/** Its name is on the disk too when this returns. */
async function take(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file)
  } catch (error) {
    // File systems without hard links.
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP')) throw error
    await rename(draft, file)
  }
  const dir = await open(dirname(file), 'r')
  try {
    await dir.sync()
  } finally {
    await dir.close()
  }
}

function refusalOf(file: string, cause: unknown): Refusal {
  const full = hasCode(cause, 'ENOSPC', 'EDQUOT')
    ? 'the disk is full: make room, or write it to another disk'
    : reasonOf(cause)
  return new Refusal(`cannot write the backup ${basename(file)} (${full}); nothing is left of it`, {
    field: 'file',
    cause,
  })
}
