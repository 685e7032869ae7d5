import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { ReadReturn } from './returned.ts'
import type { Answer, Question } from './return-worker.ts'

export type ReturnReader = AsyncDisposable & { read(bytes: Uint8Array): Promise<ReadReturn> }

const TIMEOUT_MS = 5000
const MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }

type Task = { bytes: Uint8Array; resolve: (read: ReadReturn) => void }

/**
 * Reads mails in threads of their own, one at a time each: a hostile one can neither hold the process up nor eat its
 * memory. It never rejects: a mail that cannot be read is a bounce that says nothing, and changes nobody.
 */
export function openReturnReader({
  log,
  threads = 1,
  timeoutMs = TIMEOUT_MS,
}: {
  log: Log
  threads?: number
  timeoutMs?: number
}): ReturnReader {
  const waiting: Task[] = []
  const desks = Array.from({ length: threads }, () => new Desk({ log, timeoutMs }))
  let closed = false

  const next = () => {
    for (const desk of desks) {
      if (waiting.length === 0) return
      if (desk.busy) continue
      const task = waiting.shift()
      if (task !== undefined) void desk.work(task).then(next)
    }
  }
  return {
    async read(bytes) {
      if (closed) return unreadable(bytes)
      const { promise, resolve } = Promise.withResolvers<ReadReturn>()
      waiting.push({ bytes, resolve })
      next()
      return promise
    },
    async [Symbol.asyncDispose]() {
      closed = true
      for (const { bytes, resolve } of waiting.splice(0)) resolve(unreadable(bytes))
      await Promise.all(desks.map((desk) => desk.close()))
    },
  }
}

/** A thread, made when it is needed, and again after one that had to be ended. */
class Desk {
  readonly #log: Log
  readonly #timeoutMs: number
  #worker: Worker | undefined
  busy = false

  constructor({ log, timeoutMs }: { log: Log; timeoutMs: number }) {
    this.#log = log
    this.#timeoutMs = timeoutMs
  }

  async work({ bytes, resolve }: Task): Promise<void> {
    this.busy = true
    const answer = await this.#ask(bytes)
    if ('failed' in answer) this.#log.warn({ reason: answer.failed }, 'a mail could not be read')
    this.busy = false
    resolve('read' in answer ? answer.read : unreadable(bytes))
  }

  async #ask(bytes: Uint8Array): Promise<Answer> {
    const worker = (this.#worker ??= this.#start())
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const end = (failed: string) => {
      this.#worker = undefined
      void worker.terminate()
      resolve({ failed })
    }
    const onMessage = (answer: Answer) => resolve(answer)
    const onError = (error: Error) => end(reasonOf(error))
    const onExit = () => end('the thread ended')
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    const timer = setTimeout(end, this.#timeoutMs, `not read within ${this.#timeoutMs} ms`)
    worker.postMessage({ bytes } satisfies Question)
    const answer = await promise
    clearTimeout(timer)
    worker.off('message', onMessage).off('error', onError).off('exit', onExit)
    return answer
  }

  #start(): Worker {
    const worker = new Worker(new URL('./return-worker.ts', import.meta.url), {
      resourceLimits: MEMORY,
    })
    // An error between two mails ends the thread; the next mail gets another.
    worker.on('error', () => {
      if (this.#worker === worker) this.#worker = undefined
    })
    worker.unref()
    return worker
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }
}

function unreadable(bytes: Uint8Array): ReadReturn {
  return {
    returned: {
      kind: 'bounce',
      verdict: 'ignore',
      reason: 'unknown',
      status: null,
      code: null,
      text: 'this mail could not be read',
    },
    key: createHash('sha256').update(bytes).digest('hex'),
    localParts: [],
  }
}
