import {
  createPostgresBackend,
  type PgPool,
  Queue,
  type QueueOptions,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq'
import { Redis } from 'ioredis'
import type pg from 'pg'

/** The one place that knows whether jobs live in PostgreSQL or in Redis/Valkey. */
export type Backend = AsyncDisposable & {
  kind: 'postgres' | 'redis'
  openQueue(name: string): Queue
  openWorker(
    name: string,
    processor: ConstructorParameters<typeof Worker>[1],
    options: WorkerSettings,
  ): Worker
}

type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix'>

const defaultJobOptions: NonNullable<QueueOptions['defaultJobOptions']> = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: true,
  removeOnFail: { count: 500 },
}

/** BullMQ's tables live in a schema of their own in the same PostgreSQL. The pool's search_path must lead there. */
export const POSTGRES_QUEUE_OPTIONS = '-c search_path=bullmq'

export async function openPostgresBackend(pool: pg.Pool): Promise<Backend> {
  // Every queue and worker listens for the pool's errors: that is their number, not a leak.
  pool.setMaxListeners(50)
  const client = await pool.connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
  // BullMQ has a type of its own for a pool, and types a queue by its backend: ours are the same to their users.
  /* oxlint-disable typescript/no-unsafe-type-assertion */
  const connection = pool as unknown as PgPool
  return {
    kind: 'postgres',
    openQueue: (name) =>
      new Queue(name, { connection, defaultJobOptions }, createPostgresBackend) as unknown as Queue,
    openWorker: (name, processor, options) =>
      new Worker(
        name,
        processor,
        { ...options, connection },
        createPostgresBackend,
      ) as unknown as Worker,
    /* oxlint-enable typescript/no-unsafe-type-assertion */
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

/** Redis or Valkey. @note The server needs `maxmemory-policy noeviction` and AOF, else waiting jobs can vanish. */
export async function openRedisBackend({
  url,
  prefix = 'daybreak',
  onError,
}: {
  url: string
  prefix?: string
  onError: (error: Error) => void
}): Promise<Backend> {
  const connection = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true })
  connection.on('error', onError)
  try {
    await connection.connect()
  } catch (error) {
    // It would go on trying, and keep a process alive that has long said why it cannot start.
    connection.disconnect()
    throw error
  }
  return {
    kind: 'redis',
    openQueue: (name) => new Queue(name, { connection, prefix, defaultJobOptions }),
    openWorker: (name, processor, options) =>
      new Worker(name, processor, { ...options, connection, prefix }),
    [Symbol.asyncDispose]: async () => {
      connection.disconnect()
    },
  }
}
