import { randomBytes } from 'node:crypto'
import { createPool } from '#db/open.ts'
import {
  type Backend,
  openPostgresBackend,
  openRedisBackend,
  POSTGRES_QUEUE_OPTIONS,
} from '#queue/backend.ts'
import type { QueueName } from '#queue/jobs.ts'
import { openHouse } from '../house.ts'

export type Kind = Backend['kind']

const redisUrl = process.env['TEST_REDIS_URL']

/** Both, or PostgreSQL alone on a machine without Redis; a build server must have both. */
export const kinds: Kind[] = ['postgres', 'redis']

export function isThere(kind: Kind): boolean {
  if (kind === 'postgres' || redisUrl !== undefined) return true
  if (process.env['CI'] !== undefined)
    throw new Error('TEST_REDIS_URL is not set: the build must test the queues on Redis too')
  return false
}

/** A backend with nothing in it. */
export async function openEmptyBackend(kind: Kind): Promise<Backend> {
  if (kind === 'redis') {
    const prefix = `test-${randomBytes(6).toString('hex')}`
    return openRedisBackend({ url: redisUrl ?? '', prefix, onError: () => undefined })
  }
  const house = await openHouse()
  const pool = createPool({
    url: house.url,
    max: 10,
    options: POSTGRES_QUEUE_OPTIONS,
    onError: () => undefined,
  })
  const backend = await openPostgresBackend(pool)
  return {
    ...backend,
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

/** Jobs of a queue by what they do at this moment. */
export async function countJobs(backend: Backend, name: QueueName) {
  const queue = backend.openQueue(name)
  queue.on('error', () => undefined) // Its database is dropped while it closes.
  const {
    wait = 0,
    active = 0,
    delayed = 0,
    failed = 0,
  } = await queue.getJobCounts('wait', 'active', 'delayed', 'failed')
  await queue.close()
  return { open: wait + active + delayed, wait, active, failed }
}
