import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { Client, type ClientBase } from 'pg'
import type { Config } from '#config.ts'
import type { Context } from '#context.ts'
import { reasonOf, Refusal } from '#errors.ts'
import { VERSION } from '#version.ts'
import { backupDirOf, pruneBackups, stampOf } from './kept-backups.ts'
import { beginBackup, endBackup, findTurn } from './backup-store.ts'
import { listKeptFiles } from './kept-files.ts'
import { ensurePassphrase } from './passphrase.ts'
import { type Backup, type Progress, writeBackup } from './write-backup.ts'

type Needs = Pick<Context, 'config' | 'db' | 'clock' | 'log'>
type Where = { dataDir: string; url: string }

/** The records as they are now, and the keys, into that file. @throws Refusal; then no file is there */
export async function makeBackup(
  { config, db, clock }: Needs,
  {
    dataDir,
    url,
    kind,
    file,
    progress,
  }: Where & { kind: 'by hand' | 'daily'; file: string; progress?: Progress },
): Promise<Backup> {
  const now = clock.now()
  const id = await beginBackup(db, { kind, host: hostname(), file, now })
  try {
    await using client = await connect(url)
    const made = await writeBackup(client.pg, {
      file,
      now,
      program: VERSION,
      passphrase: await ensurePassphrase(config, dataDir),
      files: await listKeptFiles(config, dataDir),
      ...(progress === undefined ? {} : { progress }),
    })
    await endBackup(db, { id, now: clock.now(), made })
    return made
  } catch (error) {
    await endBackup(db, { id, now, made: reasonOf(error) })
    throw error
  }
}

const HOUR_MS = 60 * 60_000
/** So long it waits for an edition that is going out. */
const PATIENCE_MS = 6 * HOUR_MS

/**
 * Once a day at its hour, on one machine, when no edition is going out; a missed one as soon as it can be, a failed one
 * an hour later. Old ones are removed behind it.
 */
export async function sweepBackup(
  context: Needs,
  { dataDir, url, zone }: Where & { zone: string },
): Promise<Backup | undefined> {
  const { config, db, clock, log } = context
  const now = clock.now()
  if (config.backupAt === null) return undefined
  const isDue = async () => {
    const turn = await findTurn(db, { hour: config.backupAt ?? '', zone, now })
    if (turn === undefined || turn.done || !turn.inUse) return false
    if (turn.begunAt !== null && now.getTime() - turn.begunAt.getTime() < HOUR_MS) return false
    return !turn.sending || now.getTime() - turn.dueAt.getTime() > PATIENCE_MS
  }
  if (!(await isDue())) return undefined
  await using client = await connect(url)
  const { rows } = await client.pg.query<{ got: boolean }>(
    `select pg_try_advisory_lock(hashtext('daybreak daily backup')) as got`,
  )
  // Of two machines the second looks again: the first may be done.
  if (rows[0]?.got !== true || !(await isDue())) return undefined
  const dir = backupDirOf(config, dataDir)
  const file = join(dir, `daily-${stampOf(now)}.daybreak`)
  try {
    const made = await makeBackup(context, { dataDir, url, kind: 'daily', file })
    const removed = await pruneBackups(dirname(file), config.backupKeep)
    log.info({ file, bytes: made.bytes, rows: made.rows, removed }, 'the daily backup is made')
    return made
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'the daily backup could not be made')
    return undefined
  }
}

/** What is there before an upgrade or a restore changes it. @returns the file */
export async function keepWayBack(
  client: ClientBase,
  {
    config,
    dataDir,
    name,
    program,
    now,
  }: {
    config: Pick<
      Config,
      'backupDir' | 'backupPassphrase' | 'tokenKey' | 'suppressionKey' | 'dkimDir' | 'stated'
    >
    dataDir: string
    name: string
    program: string | null
    now: Date
  },
): Promise<Backup> {
  const file = join(backupDirOf(config, dataDir), `${name}-${stampOf(now)}.daybreak`)
  return writeBackup(client, {
    file,
    now,
    program: program ?? 'unknown',
    passphrase: await ensurePassphrase(config, dataDir),
    files: await listKeptFiles(config, dataDir),
  })
}

/** A connection of its own: a snapshot keeps one for minutes. */
export async function connect(url: string): Promise<AsyncDisposable & { pg: Client }> {
  const client = new Client({ connectionString: url, application_name: 'daybreak backup' })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (cause) {
    throw new Refusal(`cannot open the database (${reasonOf(cause)})`, {
      field: 'DATABASE_URL',
      cause,
    })
  }
  return { pg: client, [Symbol.asyncDispose]: async () => client.end() }
}
