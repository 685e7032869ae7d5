import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import {
  type CustomTypesConfig,
  Pool,
  type PoolClient,
  type PoolConfig,
  types as builtIn,
} from 'pg'
import { Refusal, reasonOf } from '#errors.ts'
import type { Tables } from './tables.ts'
import { upgrade, type Upgrading } from './upgrade.ts'

export type Db = Kysely<Tables>

/** Ids stay below 2^53, so they travel as numbers, and so do lists of them. */
const INT8 = 20
const INT8_ARRAY = 1016
const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format) => {
    if (oid === INT8) return Number
    const parse = builtIn.getTypeParser(oid, format)
    if (oid !== INT8_ARRAY) return parse
    return (text: string) => {
      const ids: (string | null)[] = parse(text)
      return ids.map((id) => (id === null ? null : Number(id)))
    }
  },
}

/** A server that is away or stands still closes nothing. */
const GOODBYE_MS = 2000

/**
 * A pool whose end is the end of its connections. That of pg itself resolves with its goodbyes on their way: the embedded
 * server, stopped right behind it, would find connections to throw out, and each would say that it was lost.
 */
class ClosingPool extends Pool {
  readonly #connections = new Map<PoolClient, Promise<void>>()

  constructor(config: PoolConfig) {
    super(config)
    this.on('connect', (client) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#connections.set(client, promise)
      client.once('end', () => {
        this.#connections.delete(client)
        resolve()
      })
    })
  }

  override async end(): Promise<void> {
    await super.end()
    const enough = new AbortController()
    const patience = sleep(GOODBYE_MS, undefined, { signal: enough.signal }).catch(() => {})
    await Promise.race([Promise.all(this.#connections.values()), patience])
    enough.abort()
  }
}

/** A pool of connections; errors of idle connections are reported, not thrown: the next query gets a new one. */
export function createPool({
  url,
  max,
  options,
  onError,
}: {
  url: string
  max: number
  options?: string
  onError: (error: Error) => void
}): Pool {
  const pool = new ClosingPool({
    connectionString: url,
    max,
    types,
    keepAlive: true,
    connectionTimeoutMillis: 15_000,
    application_name: 'daybreak',
    ...(options === undefined ? {} : { options }),
  })
  pool.on('error', onError)
  // A connection that is lost while it is lent out tells itself, and nobody may be asking it anything just then.
  pool.on('connect', (client) => client.on('error', onError))
  return pool
}

/** Migrates, then opens. A database that cannot be reached or is too new is a Refusal that names DATABASE_URL. */
export async function openDb({
  url,
  max,
  onError,
  upgrading,
}: {
  url: string
  max: number
  onError: (error: Error) => void
  upgrading?: Upgrading
}): Promise<{ db: Db; pool: Pool }> {
  const pool = createPool({ url, max, onError })
  try {
    const client = await pool.connect()
    try {
      await upgrade(client, upgrading)
    } finally {
      client.release()
    }
  } catch (cause) {
    await pool.end()
    if (cause instanceof Refusal) throw cause
    throw new Refusal(
      `cannot open the database (${explain(cause)}): check DATABASE_URL, or leave it unset for the embedded PostgreSQL`,
      { field: 'DATABASE_URL', cause },
    )
  }
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), pool }
}

/** Whether the database answers. */
export async function pingDb(db: Db): Promise<boolean> {
  try {
    await sql`select 1`.execute(db)
    return true
  } catch {
    return false
  }
}

function explain(error: unknown): string {
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (inner instanceof AggregateError) return inner.errors.map(reasonOf).join('; ')
  return reasonOf(inner)
}
