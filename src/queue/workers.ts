import type { Job, Worker } from 'bullmq'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { Backend } from './backend.ts'
import type { Processors, QueueName } from './jobs.ts'

/**
 * Jobs that mostly wait for servers of others wait side by side. Stories are found one at a time all the same, but while
 * one is, the next job is fetched: 41 articles a second with one, 52 with two.
 */
const AT_ONCE: Partial<Record<QueueName, number>> = { fetching: 4, intake: 2 }

/**
 * Works on the given queues. Disposal tells the running jobs to stop by their signal and waits for them, at most
 * `drainMs`: BullMQ's own close waits without a limit, and a second, forced one would only wait for the first.
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
  const running = new Set<Promise<unknown>>()
  const work = async (job: Job) => {
    const done = run({ processors, job, signal: stop.signal })
    running.add(done)
    await done.finally(() => running.delete(done))
  }
  const workers = queues.map((name) =>
    backend.openWorker(name, work, {
      concurrency: AT_ONCE[name] ?? 1,
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
      await Promise.all(workers.map((worker) => worker.pause(true)))
      const late = await isLate(Promise.allSettled(running), drainMs)
      if (late)
        log.warn({ jobs: running.size }, 'jobs did not stop in time, they are left to their locks')
      await Promise.all(workers.map((worker) => worker.close(late)))
    },
  }
}

async function run({
  processors,
  job,
  signal,
}: {
  processors: Partial<Processors>
  job: Job
  signal: AbortSignal
}) {
  const named: Record<
    string,
    ((data: never, signal: AbortSignal) => Promise<unknown>) | undefined
  > = processors
  const processor = named[job.name]
  if (processor === undefined)
    throw new Error(`no processor for a job named ${job.name}: it is of another version`)
  // Fetched while we stop: it goes back to the queue instead of being taken for done.
  signal.throwIfAborted()
  // The payload was typed when it was enqueued, by the same version of this program.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  await processor(job.data as never, signal)
}

function watch(worker: Worker, log: Log) {
  worker.on('error', (error) =>
    log.warn({ queue: worker.name, reason: reasonOf(error) }, 'worker trouble'),
  )
  worker.on('failed', (job, error) => {
    const last = job === undefined || job.attemptsMade >= (job.opts.attempts ?? 1)
    log[last ? 'error' : 'warn'](
      { queue: worker.name, job: job?.name, data: job?.data as unknown, err: error },
      'job failed',
    )
  })
}

async function isLate(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, ms, true)
  const late = await Promise.race([work.then(() => false), promise])
  clearTimeout(timer)
  return late
}
