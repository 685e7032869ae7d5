import type { Job, Worker } from 'bullmq'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { Backend } from './backend.ts'
import type { JobName, Processors, QueueName } from './jobs.ts'

/**
 * Works on the given queues. Disposal tells the running jobs to stop by their signal and waits for them, at most
 * `drainMs`: BullMQ itself would wait without a limit.
 */
export async function openWorkers({
  backend,
  queues,
  processors,
  log,
  drainMs = 8000,
}: {
  backend: Backend
  queues: readonly QueueName[]
  processors: Partial<Processors>
  log: Log
  drainMs?: number
}): Promise<AsyncDisposable> {
  const stop = new AbortController()
  const workers = queues.map((name) =>
    backend.openWorker(name, async (job: Job) => run({ processors, job, signal: stop.signal }), {
      concurrency: 1,
      // A killed process leaves its job locked, and the same job waits behind it: seconds, not minutes. A job that runs
      // twice because its lock lapsed is harmless, the rows decide.
      lockDuration: 6000,
      stalledInterval: 2000,
      maxStalledCount: 1000,
      drainDelay: 5,
      runRetryDelay: 1000,
    }),
  )
  for (const worker of workers) watch(worker, log)
  await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the process is stopping'))
      await Promise.all(workers.map((worker) => closeWithin(worker, drainMs)))
    },
  }
}

async function run({ processors, job, signal }: { processors: Partial<Processors>; job: Job; signal: AbortSignal }) {
  const processor = processors[job.name as JobName] as ((data: unknown, signal: AbortSignal) => Promise<unknown>) | undefined
  if (processor === undefined) throw new Error(`no processor for a job named ${job.name}: it is of another version`)
  await processor(job.data, signal)
}

function watch(worker: Worker, log: Log) {
  worker.on('error', (error) => log.warn({ queue: worker.name, reason: reasonOf(error) }, 'worker trouble'))
  worker.on('failed', (job, error) => {
    const last = job === undefined || job.attemptsMade >= (job.opts.attempts ?? 1)
    log[last ? 'error' : 'warn']({ queue: worker.name, job: job?.name, data: job?.data as unknown, err: error }, 'job failed')
  })
}

async function closeWithin(worker: Worker, ms: number) {
  const late = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => late.resolve('late'), ms)
  const closed = worker.close().then(() => 'closed' as const)
  if ((await Promise.race([closed, late.promise])) === 'late') await worker.close(true)
  clearTimeout(timer)
}
