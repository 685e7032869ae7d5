import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Counts, TakenId } from './sink.ts'

export type SinkOptions = {
  /** One for each sending process, so that the sink can tell their sessions apart. */
  ports: number
  seed: number
  /** Whether it keeps every Message-ID. */
  remembers: boolean
  /** Offers STARTTLS with the key and certificate of these files. */
  tls: { key: string; cert: string } | null
}

export type Ask =
  | { verb: 'allow'; more: number | null }
  | { verb: 'begin'; port: number; sessions: number }
  | { verb: 'stall'; port: number; share: number }
  | { verb: 'release'; port: number; drop: number }
  | { verb: 'counts' }
  | { verb: 'ids' }

export type Asked = { id: number; ask: Ask }

export type SinkControl = AsyncDisposable & {
  ports: number[]
  pid: number
  allow(more: number | null): Promise<void>
  begin(input: { port: number; sessions: number }): Promise<void>
  stall(input: { port: number; share: number }): Promise<void>
  release(input: { port: number; drop: number }): Promise<void>
  counts(): Promise<Counts>
  ids(): Promise<TakenId[]>
}

/** Starts the sink as a process of its own, so that its work is not ours and nothing of ours kills it. */
export async function openSink(options: SinkOptions): Promise<SinkControl> {
  const child = fork(join(import.meta.dirname, 'sink-process.ts'), [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Ctrl+C in a terminal reaches the drill, which disconnects us when it has ended its senders.
    detached: true,
  })
  const waiting = new Map<number, (answer: unknown) => void>()
  const ready = Promise.withResolvers<unknown>()
  waiting.set(0, ready.resolve)
  child.on('message', ({ id, answer }: { id: number; answer: unknown }) => {
    waiting.get(id)?.(answer)
    waiting.delete(id)
  })
  child.once('exit', (code) => ready.reject(new Error(`the sink ended with ${code}`)))
  let last = 0
  /* oxlint-disable typescript/no-unsafe-type-assertion -- both ends are ours, typed by the verb */
  const request = async <Answer>(ask: Ask): Promise<Answer> => {
    last += 1
    const answered = Promise.withResolvers<unknown>()
    waiting.set(last, answered.resolve)
    child.send({ id: last, ask } satisfies Asked)
    return (await answered.promise) as Answer
  }
  const ports = (await ready.promise) as number[]
  /* oxlint-enable typescript/no-unsafe-type-assertion */
  return {
    ports,
    pid: child.pid ?? 0,
    allow: async (more) => request({ verb: 'allow', more }),
    begin: async (input) => request({ verb: 'begin', ...input }),
    stall: async (input) => request({ verb: 'stall', ...input }),
    release: async (input) => request({ verb: 'release', ...input }),
    counts: async () => request({ verb: 'counts' }),
    ids: async () => request({ verb: 'ids' }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.disconnect()
      const killer = setTimeout(() => child.kill('SIGKILL'), 3000)
      await gone
      clearTimeout(killer)
    },
  }
}
