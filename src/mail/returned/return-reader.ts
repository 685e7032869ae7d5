import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { ReadReturn } from './returned.ts'
import type { Answer, Question } from './return-worker.ts'

/** `read` never rejects: a mail that cannot be read is a bounce that says nothing, and changes nobody. */
export type ReturnReader = AsyncDisposable & { read(bytes: Uint8Array): Promise<ReadReturn> }

const TIMEOUT_MS = 5000
const MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }
const THREAD = new URL('./return-worker.ts', import.meta.url)

type Task = { bytes: Uint8Array; resolve: (read: ReadReturn) => void }
type ThreadOptions = { log: Log; timeoutMs?: number; thread?: URL }

/**
 * Reads mails in threads of their own, one at a time each: a hostile one can neither hold the process up nor eat its
 * memory. Disposal reads what waits first. `thread` is what runs there.
 */
export function openReturnReader({
  threads = 1,
  ...options
}: ThreadOptions & { threads?: number }): ReturnReader {
  const waiting: Task[] = []
  const all = Array.from({ length: threads }, () => new ReadingThread(options))
  const idle = new Set(all)
  const busy = new Set<Promise<void>>()
  let closed = false

  const serve = async (thread: ReadingThread) => {
    idle.delete(thread)
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
      task.resolve(await thread.read(task.bytes))
    idle.add(thread)
  }
  const wake = async (thread: ReadingThread) => {
    const work = serve(thread)
    busy.add(work)
    await work
    busy.delete(work)
  }
  return {
    async read(bytes) {
      if (closed) return unreadable(bytes)
      const { promise, resolve } = Promise.withResolvers<ReadReturn>()
      waiting.push({ bytes, resolve })
      const [thread] = idle
      if (thread !== undefined) void wake(thread)
      return promise
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await Promise.all(busy)
      await Promise.all(all.map((thread) => thread.close()))
    },
  }
}

/** Made when it is needed, and again after one that had to be ended. */
class ReadingThread {
  readonly #options: Required<ThreadOptions>
  #worker: Worker | undefined

  constructor({ log, timeoutMs = TIMEOUT_MS, thread = THREAD }: ThreadOptions) {
    this.#options = { log, timeoutMs, thread }
  }

  async read(bytes: Uint8Array): Promise<ReadReturn> {
    const answer = await this.#ask({ bytes })
    if ('read' in answer) return answer.read
    this.#options.log.warn({ reason: answer.failed }, 'a mail that came back could not be read')
    return unreadable(bytes)
  }

  async #ask(question: Question): Promise<Answer> {
    const { timeoutMs } = this.#options
    const worker = (this.#worker ??= this.#start())
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const onMessage = (answer: Answer) => resolve(answer)
    const onEnd = (why: unknown) =>
      resolve({ failed: why instanceof Error ? reasonOf(why) : 'its thread ended' })
    worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd)
    const timer = setTimeout(resolve, timeoutMs, { failed: `not read within ${timeoutMs} ms` })
    worker.postMessage(question, [])
    const answer = await promise
    clearTimeout(timer)
    worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd)
    // Whatever hangs or grows in it ends with it.
    if ('failed' in answer) await this.close()
    return answer
  }

  #start(): Worker {
    const worker = new Worker(this.#options.thread, { resourceLimits: MEMORY })
    // An error between two mails ends the thread; the next mail gets another.
    worker.on('error', () => {
      if (this.#worker === worker) this.#worker = undefined
    })
    worker.unref()
    return worker
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
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
