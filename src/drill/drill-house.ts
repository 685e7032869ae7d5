import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { type App, openApp, openServer } from '#app.ts'
import type { Config } from '#config.ts'
import type { EmbeddedPostgres } from '#db/embedded.ts'
import { createPool } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import { createLog } from '#log.ts'
import { isInUse } from './crowd-store.ts'

export type DrillHouse = AsyncDisposable & {
  app: App
  dataDir: string
  /** None when DATABASE_URL names a server: it is not ours to stop. */
  server: EmbeddedPostgres | undefined
  redis: JobStore | undefined
  /** The environment of a sender that hands its mails to this port. */
  environmentOf(port: number): Record<string, string>
  /** Leaves the folder for a look. */
  keep(): void
}

/** The jobs in Redis. All their keys have our prefix: nothing else is ever deleted. */
type JobStore = { flush(): Promise<number> }

export type DrillTerms = {
  config: Config
  ports: number[]
  connections: number
  leaseSeconds: number
}

/** A house of its own in a temporary folder; DATABASE_URL and REDIS_URL are used only when nobody else does. */
export async function openDrillHouse(terms: DrillTerms): Promise<DrillHouse> {
  const { config, ports } = terms
  await refuseUsedDatabase(config)
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-drill-'))
  let kept = false
  stack.defer(async () => {
    if (!kept) await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
  })
  const redis = config.redisUrl === null ? undefined : stack.use(await openJobs(config.redisUrl))
  const logLevel = config.logLevel === 'info' ? 'silent' : config.logLevel
  const own: Config = {
    ...config,
    dataDir,
    smtpUrl: `smtp://127.0.0.1:${ports[0]}`,
    testInbox: false,
    publicUrl: new URL('http://localhost:8080/'),
    logLevel,
    tokenKey: null,
    suppressionKey: null,
  }
  const server = await openServer(own, createLog({ level: logLevel, name: 'drill' }))
  if (server !== undefined) stack.use(server)
  const app = stack.use(await openApp({ config: own, command: 'drill' }))
  const opened = stack.move()
  return {
    app,
    dataDir,
    server,
    redis,
    environmentOf: (port) => environmentOf({ ...terms, config: own, port }),
    keep: () => (kept = true),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function environmentOf({
  config,
  port,
  connections,
  leaseSeconds,
}: DrillTerms & { port: number }): Record<string, string> {
  return {
    DAYBREAK_DATA: config.dataDir ?? '',
    DAYBREAK_LEASE_SECONDS: String(leaseSeconds),
    // Should the drill itself be killed, its senders end with it.
    DAYBREAK_WRAPPER: String(process.pid),
    DATABASE_URL: config.databaseUrl ?? '',
    REDIS_URL: config.redisUrl ?? '',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    SMTP_CONNECTIONS: String(connections),
    PUBLIC_URL: config.publicUrl.href,
    LOG_LEVEL: 'info',
  }
}

async function refuseUsedDatabase({ databaseUrl }: Config): Promise<void> {
  if (databaseUrl === null) return
  const pool = createPool({ url: databaseUrl, max: 1, onError: () => undefined })
  try {
    if (!(await isInUse(async (text) => pool.query(text)))) return
  } finally {
    await pool.end()
  }
  throw new Refusal(
    'the database of DATABASE_URL has readers or editions, and a drill kills what sends to them: name an empty database, or leave DATABASE_URL unset for one in a temporary folder',
    { field: 'DATABASE_URL' },
  )
}

const KEYS = 'daybreak:*'

async function openJobs(url: string): Promise<JobStore & AsyncDisposable> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
  } catch (cause) {
    redis.disconnect()
    throw new Refusal('cannot reach Redis: check REDIS_URL, or leave it unset', {
      field: 'REDIS_URL',
      cause,
    })
  }
  const [, found] = await redis.scan(0, 'MATCH', KEYS, 'COUNT', 1_000_000)
  if (found.length > 0) {
    redis.disconnect()
    throw new Refusal(
      'the Redis of REDIS_URL holds jobs of a Daybreak, and a drill deletes all of them: name another database of it, as in redis://host:6379/9',
      { field: 'REDIS_URL' },
    )
  }
  const flush = async (): Promise<number> => {
    let deleted = 0
    for await (const keys of redis.scanStream({ match: KEYS, count: 1000 })) {
      if (Array.isArray(keys) && keys.length > 0) deleted += await redis.del(...keys.map(String))
    }
    return deleted
  }
  return {
    flush,
    async [Symbol.asyncDispose]() {
      await flush().catch(() => undefined)
      redis.disconnect()
    },
  }
}
