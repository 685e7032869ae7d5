import type { Queue } from 'bullmq'
import type { Log } from '#log.ts'
import { reasonOf } from '#errors.ts'
import type { Backend } from './backend.ts'
import { type Enqueue, type QueueName, queueNames, queueOf } from './jobs.ts'

/** The queues as seen by those who leave work. */
export type Queues = AsyncDisposable & {
  enqueue: Enqueue
  /** Jobs that wait, and those that failed for good. */
  counts(): Promise<{ queue: QueueName; failed: number; waiting: number }[]>
}

export async function openQueues({
  backend,
  log,
}: {
  backend: Backend
  log: Log
}): Promise<Queues> {
  const queues: Record<QueueName, Queue> = {
    intake: backend.openQueue('intake'),
    fetching: backend.openQueue('fetching'),
    planning: backend.openQueue('planning'),
    confirmation: backend.openQueue('confirmation'),
    alert: backend.openQueue('alert'),
    digest: backend.openQueue('digest'),
  }
  for (const queue of Object.values(queues)) {
    queue.on('error', (error: Error) =>
      log.warn({ queue: queue.name, reason: reasonOf(error) }, 'queue trouble'),
    )
    await queue.waitUntilReady()
  }
  return {
    async enqueue(name, data) {
      const id = [name, ...Object.values(data)].join('/')
      try {
        await queues[queueOf(name, data)].add(name, data, {
          deduplication: { id, keepLastIfActive: true },
        })
      } catch (error) {
        log.warn({ job: id, reason: reasonOf(error) }, 'could not leave a job, the sweep will')
      }
    },
    async counts() {
      return Promise.all(
        queueNames.map(async (queue) => {
          const { failed = 0, wait = 0 } = await queues[queue].getJobCounts('wait', 'failed')
          return { queue, failed, waiting: wait }
        }),
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(queues).map((queue) => queue.close()))
    },
  }
}
