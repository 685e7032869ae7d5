import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import type pg from 'pg'
import { applyMigrations, knownVersion } from '#db/migrate.ts'
import { hasCode, reasonOf, Refusal } from '#errors.ts'
import type { End, Entry, TableHead } from './entries.ts'
import { type KeptFile, placeStaged, stageFiles } from './kept-files.ts'
import { checkBackup, describeBackup, openBackup } from './read-backup.ts'
import {
  bringBackRules,
  dropAll,
  emptyTables,
  findKeysInUse,
  holdRestored,
  makePartitions,
  noteRestore,
  setAsideRules,
  setSequences,
} from './restore-store.ts'
import type { Progress } from './write-backup.ts'
import { copyIn, listTables } from './snapshot-store.ts'

export type Restored = {
  madeAt: string
  program: string
  /** Of the backup; the records have this program's now. */
  schema: number
  rows: number
  /** Names of the files that took their places; those that were the same are not named. */
  files: string[]
}

/**
 * Puts the records of a backup in the place of all that the database holds, and everything is held. All of it, or
 * nothing: one transaction, and the keys take their places behind it.
 * @throws Refusal when the backup is not whole, is newer than this program, or has other keys than the environment; then
 * nothing is changed
 */
export async function restoreBackup(
  client: pg.ClientBase,
  order: {
    file: string
    passphrase: string
    dataDir: string
    /** Why everything is held from then on. */
    held: string
    /** Of the keys that the environment names; null where they come from files. */
    keys: string | null
    now: Date
    progress?: Progress
  },
): Promise<Restored> {
  const { file, passphrase, dataDir } = order
  const { madeAt, program, schema } = await describeBackup(file)
  const known = await knownVersion()
  if (schema > known) {
    throw new Refusal(
      `${basename(file)} was made by a newer Daybreak (${program}, schema version ${schema}; this one knows ${known}): restore it with that version`,
      { field: 'file', status: 78 },
    )
  }
  const { end, rows } = await checkBackup(file, { passphrase })
  const restoreId = randomBytes(12).toString('hex')
  await client.query('begin')
  try {
    const files = await load(client, { ...order, schema, end })
    await refuseOtherKeys(client, order.keys)
    await applyMigrations(client, { upTo: known })
    await holdRestored(client, { reason: order.held, databaseId: restoreId, now: order.now })
    await noteRestore(client, restoreId)
    await stageFiles(dataDir, { files, restoreId })
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback').catch(() => undefined)
    if (cause instanceof Refusal) throw cause
    const full = hasCode(cause, '53100')
      ? 'the disk is full: make room and try again'
      : reasonOf(cause)
    throw new Refusal(`the restore was broken off (${full}); the records are as they were before`, {
      status: 500,
      cause,
    })
  }
  const placed = await placeStaged(dataDir, restoreId)
  await client.query('analyze')
  return { madeAt, program, schema, rows, files: placed }
}

async function load(
  client: pg.ClientBase,
  {
    file,
    passphrase,
    schema,
    end,
    progress = () => undefined,
  }: { file: string; passphrase: string; schema: number; end: End; progress?: Progress },
): Promise<KeptFile[]> {
  await dropAll(client)
  await applyMigrations(client, { upTo: schema })
  const tables = await listTables(client)
  const rules = await setAsideRules(client)
  await emptyTables(
    client,
    tables.map(({ name }) => name),
  )
  const files: KeptFile[] = []
  const all = Object.values(end.rows).reduce((sum, count) => sum + count, 0)
  let done = 0
  for await (const entry of openBackup(file, { passphrase })) {
    const { head } = entry
    if (head.kind === 'file') files.push({ name: head.name, bytes: await bytesOf(entry) })
    if (head.kind !== 'table') continue
    const rows = await loadTable(client, {
      head,
      pieces: entry.pieces,
      wanted: end.rows[head.name],
    })
    done += rows
    progress({ table: head.name, rows, share: all === 0 ? 1 : done / all })
  }
  await bringBackRules(client, rules)
  await setSequences(client, end.sequences)
  return files
}

async function loadTable(
  client: pg.ClientBase,
  {
    head,
    pieces,
    wanted,
  }: { head: TableHead; pieces: AsyncIterable<Buffer>; wanted: number | undefined },
): Promise<number> {
  await makePartitions(client, head)
  const rows = await copyIn(client, { head, pieces })
  if (rows === wanted) return rows
  throw new Error(`of ${wanted} rows of ${head.name} ${rows} came in`)
}

async function bytesOf({ pieces }: Entry): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

async function refuseOtherKeys(client: pg.ClientBase, keys: string | null): Promise<void> {
  if (keys === null) return
  const inUse = await findKeysInUse(client)
  if (inUse === null || inUse === keys) return
  throw new Refusal(
    'DAYBREAK_TOKEN_KEY and DAYBREAK_SUPPRESSION_KEY are not the keys of the backup: unset both, and those of the backup are put into the data directory; or set them to those of the backup',
    { field: 'DAYBREAK_TOKEN_KEY', status: 78 },
  )
}
