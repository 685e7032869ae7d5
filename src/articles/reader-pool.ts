import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Refusal } from '#errors.ts'
import type { ArticleInput } from './article.ts'
import type { ReadAnswer } from './read-worker.ts'

/** A thread's start costs 300 ms, most of what a page costs: warm ones are kept for the next page, for a while. */
const IDLE_MS = 20_000
/** The DOM of a page lets go of its memory slowly; a new thread begins from nothing. */
const PAGES_A_THREAD = 150
const MOST_WAITING = 200

export type ReaderPool = {
  /** @throws Error of the thread: out of time or memory, or ended */
  read(input: ArticleInput, options: { timeoutMs: number }): Promise<ReadAnswer>
  /** Threads that live now. */
  readonly threads: number
}

type Reader = { worker: Worker; pages: number; idle: NodeJS.Timeout | undefined }

/** Threads that read articles, `size` at once; the rest wait. An idle thread keeps no process alive. */
export function createReaderPool({
  size = Math.min(2, availableParallelism()),
  script = new URL('./read-worker.ts', import.meta.url),
}: { size?: number; script?: URL } = {}): ReaderPool {
  const readers = new Set<Reader>()
  const free: Reader[] = []
  const waiting: (() => void)[] = []
  let busy = 0

  const start = (): Reader => {
    const worker = new Worker(script, {
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
    })
    const reader: Reader = { worker, pages: 0, idle: undefined }
    readers.add(reader)
    worker.once('exit', () => {
      readers.delete(reader)
      const at = free.indexOf(reader)
      if (at !== -1) free.splice(at, 1)
    })
    // Without a listener the end of an idle thread would be the end of the process.
    worker.on('error', () => undefined)
    return reader
  }

  const rest = (reader: Reader) => {
    reader.worker.unref()
    reader.idle = setTimeout(() => void reader.worker.terminate(), IDLE_MS).unref()
    free.push(reader)
  }

  const turn = async (): Promise<void> => {
    if (busy < size) {
      busy += 1
      return
    }
    if (waiting.length >= MOST_WAITING)
      throw new Refusal(
        'Too many articles are being read at the moment. Send it again in a minute.',
        {
          status: 503,
        },
      )
    const { promise, resolve } = Promise.withResolvers<undefined>()
    waiting.push(() => resolve(undefined))
    await promise
  }

  const passOn = () => {
    const next = waiting.shift()
    if (next === undefined) busy -= 1
    else next()
  }

  return {
    get threads() {
      return readers.size
    },
    async read(input, { timeoutMs }) {
      await turn()
      const reader = free.pop() ?? start()
      clearTimeout(reader.idle)
      reader.worker.ref()
      try {
        const answer = await ask(reader.worker, { input, timeoutMs })
        reader.pages += 1
        if (reader.pages < PAGES_A_THREAD) rest(reader)
        else await reader.worker.terminate()
        return answer
      } catch (error) {
        await reader.worker.terminate()
        throw error
      } finally {
        passOn()
      }
    },
  }
}

async function ask(
  worker: Worker,
  { input, timeoutMs }: { input: ArticleInput; timeoutMs: number },
): Promise<ReadAnswer> {
  const settled = new AbortController()
  const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(timeoutMs)])
  worker.postMessage(input, [])
  try {
    const [answer]: ReadAnswer[] = await Promise.race([
      once(worker, 'message', { signal }),
      once(worker, 'exit', { signal }).then(() => []),
    ])
    if (answer === undefined) throw new Error('the reading thread ended')
    return answer
  } finally {
    settled.abort()
  }
}
