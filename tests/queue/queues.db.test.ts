import { describe, expect, test } from 'vitest'
import { createLog } from '#log.ts'
import type { Backend } from '#queue/backend.ts'
import type { Processors } from '#queue/jobs.ts'
import { openQueues } from '#queue/queues.ts'
import { openWorkers } from '#queue/workers.ts'
import { countJobs, isThere, type Kind, kinds, openEmptyBackend } from './backend-fixture.ts'

const log = createLog({ level: 'silent', name: 'test' })

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { passed: promise, open: resolve }
}

async function settled(backend: Backend) {
  await expect
    .poll(async () => (await countJobs(backend, 'digest')).open, { timeout: 15_000, interval: 300 })
    .toBe(0)
}

const places: [string, Kind][] = kinds.map((kind) => [
  isThere(kind) ? kind : `${kind} (skipped: TEST_REDIS_URL is not set)`,
  kind,
])

describe.each(places)('on %s', (_place, kind) => {
  const rule = test.runIf(isThere(kind))

  rule('asking twice while a job waits makes one job', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })

    for (let ask = 0; ask < 3; ask += 1) await queues.enqueue('drain-lane', { lane: 'digest' })
    await queues.enqueue('drain-lane', { lane: 'alert' })

    const counts = await queues.counts()
    expect(counts.filter(({ waiting }) => waiting > 0)).toEqual([
      { queue: 'alert', failed: 0, waiting: 1 },
      { queue: 'digest', failed: 0, waiting: 1 },
    ])
  })

  rule('asking while a job is at work makes exactly one more after it', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })
    const [begun, end] = [gate(), gate()]
    let runs = 0
    const drain = async () => {
      runs += 1
      begun.open()
      if (runs === 1) await end.passed
    }
    await using _workers = await openWorkers({
      backend,
      queues: ['digest'],
      processors: { 'drain-lane': drain },
      log,
    })

    await queues.enqueue('drain-lane', { lane: 'digest' })
    await begun.passed
    for (let ask = 0; ask < 3; ask += 1) await queues.enqueue('drain-lane', { lane: 'digest' })
    end.open()
    await expect.poll(() => runs, { timeout: 15_000, interval: 300 }).toBe(2)
    await settled(backend)

    expect(runs).toBe(2)
  })

  rule('when all is done, asking again makes a job again', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })
    let runs = 0
    const drain = async () => void (runs += 1)
    await using _workers = await openWorkers({
      backend,
      queues: ['digest'],
      processors: { 'drain-lane': drain },
      log,
    })

    await queues.enqueue('drain-lane', { lane: 'digest' })
    await expect.poll(() => runs, { timeout: 15_000, interval: 300 }).toBe(1)
    await settled(backend)
    await queues.enqueue('drain-lane', { lane: 'digest' })

    await expect.poll(() => runs, { timeout: 15_000, interval: 300 }).toBe(2)
  })

  rule('a job carries ids and nothing else, to the processor of its name', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })
    const seen: unknown[] = []
    const names = 'cluster-article plan-edition drain-lane take-returns take-sign-ups poll-source'
    const processors: Partial<Processors> = Object.fromEntries(
      names.split(' ').map((name) => [name, async (data: unknown) => void seen.push([name, data])]),
    )
    await using _workers = await openWorkers({
      backend,
      queues: ['intake', 'fetching', 'planning', 'alert'],
      processors,
      log,
    })

    await queues.enqueue('cluster-article', { articleId: 7 })
    await queues.enqueue('plan-edition', { editionId: 8 })
    await queues.enqueue('take-returns', {})
    await queues.enqueue('take-sign-ups', {})
    await queues.enqueue('poll-source', { sourceId: 9 })
    await queues.enqueue('drain-lane', { lane: 'alert' })

    await expect.poll(() => seen.length, { timeout: 15_000, interval: 300 }).toBe(6)
    expect(seen).toEqual(
      expect.arrayContaining([
        ['cluster-article', { articleId: 7 }],
        ['plan-edition', { editionId: 8 }],
        ['take-returns', {}],
        ['take-sign-ups', {}],
        ['drain-lane', { lane: 'alert' }],
      ]),
    )
  })

  rule(
    'a processor that throws is tried again, and the last failure is kept to be looked at',
    async () => {
      await using backend = await openEmptyBackend(kind)
      await using queues = await openQueues({ backend, log })
      let digest = 0
      let alert = 0
      const drain: Processors['drain-lane'] = async ({ lane }) => {
        if (lane === 'digest') digest += 1
        else alert += 1
        if (lane === 'alert' || digest === 1) throw new Error('the database is restarting')
      }
      await using _workers = await openWorkers({
        backend,
        queues: ['digest', 'alert'],
        processors: { 'drain-lane': drain },
        log,
      })

      await queues.enqueue('drain-lane', { lane: 'digest' })
      await queues.enqueue('drain-lane', { lane: 'alert' })

      await expect
        .poll(async () => (await countJobs(backend, 'alert')).failed, {
          timeout: 20_000,
          interval: 300,
        })
        .toBe(1)
      expect([digest, alert]).toEqual([2, 3])
      expect((await countJobs(backend, 'digest')).failed).toBe(0)
    },
  )

  rule('after its last failure, asking again makes a job again', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })
    let runs = 0
    const drain = async () => {
      runs += 1
      if (runs <= 3) throw new Error('the database is restarting')
    }
    await using _workers = await openWorkers({
      backend,
      queues: ['digest'],
      processors: { 'drain-lane': drain },
      log,
    })
    await queues.enqueue('drain-lane', { lane: 'digest' })
    await expect
      .poll(async () => (await countJobs(backend, 'digest')).failed, {
        timeout: 20_000,
        interval: 300,
      })
      .toBe(1)

    await queues.enqueue('drain-lane', { lane: 'digest' })

    await expect.poll(() => runs, { timeout: 15_000, interval: 300 }).toBe(4)
  })

  rule('a job of a name that nobody knows fails and says so', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })
    const lines: string[] = []
    const loud = createLog({ level: 'warn', name: 'test', write: (line) => void lines.push(line) })
    await using _workers = await openWorkers({
      backend,
      queues: ['digest'],
      processors: {},
      log: loud,
    })

    await queues.enqueue('drain-lane', { lane: 'digest' })

    await expect
      .poll(() => lines.join(''), { timeout: 15_000, interval: 300 })
      .toContain('no processor for a job named drain-lane')
  })

  rule('disposal tells the running job to stop, and waits until it has', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })
    const begun = gate()
    const order: string[] = []
    const drain: Processors['drain-lane'] = async (_data, signal) => {
      begun.open()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      order.push('told')
      await new Promise((resolve) => setTimeout(resolve, 50))
      order.push('gave back')
    }
    const workers = await openWorkers({
      backend,
      queues: ['digest'],
      processors: { 'drain-lane': drain },
      log,
    })
    await queues.enqueue('drain-lane', { lane: 'digest' })
    await begun.passed

    await workers[Symbol.asyncDispose]()
    order.push('disposed')

    expect(order).toEqual(['told', 'gave back', 'disposed'])
    expect((await countJobs(backend, 'digest')).active).toBe(0)
  })

  rule('disposal does not wait for ever for a job that does not listen', async () => {
    await using backend = await openEmptyBackend(kind)
    await using queues = await openQueues({ backend, log })
    const begun = gate()
    const end = gate()
    const drain = async () => {
      begun.open()
      await end.passed
    }
    const workers = await openWorkers({
      backend,
      queues: ['digest'],
      processors: { 'drain-lane': drain },
      log,
      drainMs: 100,
    })
    await queues.enqueue('drain-lane', { lane: 'digest' })
    await begun.passed

    await workers[Symbol.asyncDispose]()

    expect((await countJobs(backend, 'digest')).active).toBe(1)
    end.open()
  })

  rule(
    'a job that cannot be left is no error for the caller: the sweep will find the row',
    async () => {
      const lines: string[] = []
      const loud = createLog({
        level: 'warn',
        name: 'test',
        write: (line) => void lines.push(line),
      })
      await using backend = await openEmptyBackend(kind)
      const queues = await openQueues({ backend, log: loud })
      const failing = {
        ...backend,
        openQueue: (name: string) => Object.assign(backend.openQueue(name), { add: refuse }),
      }
      await using broken = await openQueues({ backend: failing, log: loud })

      await broken.enqueue('drain-lane', { lane: 'digest' })

      expect(lines.join('')).toContain('could not leave a job, the sweep will')
      await queues[Symbol.asyncDispose]()
    },
  )
})

async function refuse(): Promise<never> {
  throw new Error('the queue is gone')
}
