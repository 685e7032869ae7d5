import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { noteProgram } from '#backup/backup-store.ts'
import { endRestore } from '#backup/end-restore.ts'
import { keepBeforeUpgrade } from '#backup/upgrading.ts'
import type { Config } from '#config.ts'
import type { Context } from '#context.ts'
import { defaultDataDir, type EmbeddedPostgres, openEmbedded } from '#db/embedded.ts'
import { createPool, type Db, openDb } from '#db/open.ts'
import { identityOf, isAlive } from '#db/process-identity.ts'
import { ensureFirstNewsletters } from '#editions/newsletter.ts'
import { Refusal, reasonOf } from '#errors.ts'
import { createLog, type Log } from '#log.ts'
import {
  type Backend,
  openPostgresBackend,
  openRedisBackend,
  POSTGRES_QUEUE_OPTIONS,
} from '#queue/backend.ts'
import { openQueues, type Queues } from '#queue/queues.ts'
import { findTokenKey, fingerprintKeys, loadSecrets, type Secrets } from '#secrets.ts'
import { openLeavings } from '#subscribers/leavings.ts'
import { KeyRing } from '#subscribers/tokens/key-ring.ts'
import { VERSION } from '#version.ts'

export type App = AsyncDisposable & {
  context: Context
  dataDir: string
  /** Of the database. */
  url: string
  backend: Backend
  queues: Queues
  /** Connections that verbs have to the database. */
  pool: () => { total: number; idle: number; waiting: number }
}

/**
 * Connections to PostgreSQL that one process may hold: those of its verbs, and those of the queue (one listener a
 * worker and a few to work with).
 */
export const CONNECTIONS = { verbs: 8, queue: 10 }

/** Opens everything a process needs, in order; disposal closes it in reverse. */
export async function openApp({
  config,
  command,
}: {
  config: Config
  command: string
}): Promise<App> {
  await using stack = new AsyncDisposableStack()
  const log = createLog({ level: config.logLevel, name: command })
  const dataDir = await openDataDir(config)
  const url =
    config.databaseUrl ??
    stack.use(await openEmbedded({ dataDir, command, purpose: 'command', log })).url
  const onError = (error: Error) =>
    log.warn({ reason: reasonOf(error) }, 'database connection lost')
  const upgrading = keepBeforeUpgrade({ config, dataDir, log })
  const { db, pool } = stack.adopt(
    await openDb({ url, max: CONNECTIONS.verbs, onError, upgrading }),
    async (opened) => opened.db.destroy(),
  )
  await endRestore(pool, { dataDir, log })
  const backend = stack.use(await openBackend({ config, url, log }))
  const queues = stack.use(await openQueues({ backend, log }))
  const clock = { now: () => new Date() }
  const secrets = await loadSecrets(config, dataDir)
  await refuseOtherKeys(db, secrets)
  const tokenRing = stack.use(
    await KeyRing.open(
      { db, clock, log },
      { first: secrets.tokenKey, find: (id) => findTokenKey(config, { dataDir, id }) },
    ),
  )
  const context: Context = {
    config,
    log,
    db,
    clock,
    secrets: { ...secrets, tokenRing },
    enqueue: queues.enqueue,
    relay: { test: config.smtpUrl === null },
    leavings: stack.use(openLeavings({ dataDir, log })),
  }
  await ensureFirstNewsletters(context)
  await noteProgram(db, VERSION)
  const opened = stack.move()
  const connections = () => ({
    total: pool.totalCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  })
  return {
    context,
    dataDir,
    url,
    backend,
    queues,
    pool: connections,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const PATIENCE = { steps: 15, stepMs: 200 }

/**
 * The embedded server of a supervisor, who restarts it when it is killed; none when DATABASE_URL names one. A start right
 * behind a stop waits a moment for the other to let go of the data directory.
 */
export async function openServer(config: Config, log: Log): Promise<EmbeddedPostgres | undefined> {
  if (config.databaseUrl !== null) return undefined
  const dataDir = await openDataDir(config)
  for (let step = 0; ; step += 1) {
    try {
      return await openEmbedded({ dataDir, command: 'start', purpose: 'server', log })
    } catch (error) {
      const ending = await isEnding(dataDir)
      const inUse = error instanceof Refusal && error.status === 409
      if (!inUse || step >= PATIENCE.steps * (ending ? 4 : 1)) throw error
      await sleep(PATIENCE.stepMs)
    }
  }
}

/** Tells a start that waits for the data directory that this process is on its way out. */
export async function sayEnding(config: Config): Promise<void> {
  if (config.databaseUrl !== null) return
  await writeFile(join(await openDataDir(config), 'ending'), String(process.pid))
}

async function isEnding(dataDir: string): Promise<boolean> {
  const pid = Number(await readFile(join(dataDir, 'ending'), 'utf8').catch(() => '0'))
  return pid > 0 && isAlive(identityOf(pid))
}

/** On a public address the built-in inbox would swallow every reader's mail: it must be named on purpose. */
export function refuseSilentInbox({ publicUrl, smtpUrl, testInbox }: Config): void {
  if (publicUrl.protocol === 'https:' && smtpUrl === null && !testInbox) {
    throw new Refusal(
      'PUBLIC_URL is https but SMTP_URL is not set, so no mail would reach a reader: set SMTP_URL to your relay, or DAYBREAK_TEST_INBOX=yes to try things out with the built-in inbox',
      { field: 'SMTP_URL', status: 78 },
    )
  }
}

/** Made where it is missing. @throws Refusal when this user cannot write to it */
export async function openDataDir(config: Config): Promise<string> {
  const dataDir = config.dataDir ?? (await defaultDataDir({ cwd: process.cwd() }))
  try {
    await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Refusal(
      `cannot write to the data directory ${dataDir} (${reasonOf(cause)}): set DAYBREAK_DATA to a folder that this user can write to`,
      {
        field: 'DAYBREAK_DATA',
        cause,
      },
    )
  }
  return dataDir
}

async function openBackend({
  config,
  url,
  log,
}: {
  config: Config
  url: string
  log: Log
}): Promise<Backend> {
  const onError = (error: Error) => log.warn({ reason: reasonOf(error) }, 'queue connection lost')
  if (config.redisUrl === null) {
    const pool = createPool({
      url,
      max: CONNECTIONS.queue,
      options: POSTGRES_QUEUE_OPTIONS,
      onError,
    })
    return openPostgresBackend(pool)
  }
  try {
    return await openRedisBackend({ url: config.redisUrl, onError })
  } catch (cause) {
    throw new Refusal(
      `cannot reach Redis (${reasonOf(cause)}): check REDIS_URL, or leave it unset to keep the queues in PostgreSQL`,
      {
        field: 'REDIS_URL',
        cause,
      },
    )
  }
}

/** With other keys, links in readers' mails open nothing and the do-not-mail list recognises nobody. */
async function refuseOtherKeys(db: Db, secrets: Secrets): Promise<void> {
  const mine = fingerprintKeys(secrets)
  const { rows } = await sql<{ value: string }>`
    insert into setting (name, value) values ('keys', to_jsonb(${mine}::text))
    on conflict (name) do update set name = excluded.name
    returning value`.execute(db)
  if (rows[0]?.value === mine) return
  throw new Refusal(
    'this database was used with other keys: give this machine the same DAYBREAK_TOKEN_KEY and DAYBREAK_SUPPRESSION_KEY, or the secrets folder of the first data directory (see docs/scaling.md)',
    { field: 'DAYBREAK_TOKEN_KEY', status: 78 },
  )
}
