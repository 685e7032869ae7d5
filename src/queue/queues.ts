import type { Queue } from 'bullmq'
import type { Log } from '#log.ts'
import { reasonOf } from '#errors.ts'
import type { Backend } from './backend.ts'
import { type Enqueue, type QueueName, queueNames, queueOf } from './jobs.ts'

/** The queues as seen by those who leave work. */
export type Queues = AsyncDisposable & {
  enqueue: Enqueue
  /** Jobs that wait, are at work or have failed, by queue. */
  counts(): Promise<Record<QueueName, Record<string, number>>>
}

export async function openQueues({ backend, log }: { backend: Backend; log: Log }): Promise<Queues> {
  const queues = Object.fromEntries(queueNames.map((name) => [name, backend.openQueue(name)])) as Record<
    QueueName,
    Queue
  >
  for (const queue of Object.values(queues)) {
    queue.on('error', (error: Error) => log.warn({ queue: queue.name, reason: reasonOf(error) }, 'queue trouble'))
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
      const rows = await Promise.all(
        queueNames.map(async (name) => [name, await queues[name].getJobCounts('wait', 'active', 'delayed', 'failed')]),
      )
      return Object.fromEntries(rows) as Record<QueueName, Record<string, number>>
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(queues).map((queue) => queue.close()))
    },
  }
}
