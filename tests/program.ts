import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'

const BIN = join(import.meta.dirname, '../bin/daybreak.mjs')

export type Ran = { code: number | null; stdout: string; stderr: string }

/** A data directory and an environment of its own for the real program. */
export async function openPlace(env: Record<string, string> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'daybreak-end-'))
  // As root the database runs as another user, who must get through.
  await chmod(dir, 0o711)
  const port = await freePort()
  const environment = {
    PATH: process.env['PATH'] ?? '',
    DAYBREAK_DATA: join(dir, 'data'),
    DAYBREAK_OPERATOR: 'tester',
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    ...env,
  }
  const started: ChildProcess[] = []
  const start = (args: string[], more: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...environment, ...more },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    started.push(child)
    return child
  }
  return {
    dir,
    port,
    start,
    /** Runs a command to its end. */
    run: async (...args: (string | Record<string, string>)[]): Promise<Ran> =>
      untilEnd(
        start(
          args.filter((arg) => typeof arg === 'string'),
          Object.assign({}, ...args.filter((arg) => typeof arg !== 'string')),
        ),
      ),
    async [Symbol.asyncDispose]() {
      for (const child of started) killGroup(child, 'SIGTERM')
      await sleep(300)
      for (const child of started) killGroup(child, 'SIGKILL')
      await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
    },
  }
}

export async function untilEnd(child: ChildProcess): Promise<Ran> {
  const out: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()))
  const ended = Promise.withResolvers<number | null>()
  child.once('close', ended.resolve)
  return { code: await ended.promise, ...out }
}

/** The program and every process it started, PostgreSQL included. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // Gone already.
  }
}

export async function until<Value>(
  what: string,
  ask: () => Promise<Value | undefined | false>,
  ms = 60_000,
): Promise<Value> {
  const began = performance.now()
  while (performance.now() - began < ms) {
    const value = await ask().catch(() => undefined)
    if (value !== undefined && value !== false) return value
    await sleep(100)
  }
  throw new Error(`${what} did not happen within ${ms / 1000} s`)
}

/** A relay that counts what it took, by recipient, and answers after `delayMs`. */
export async function openRelay({ delayMs, port: wanted }: { delayMs: number; port?: number }) {
  const port = wanted ?? (await freePort())
  const bodies = new Map<string, number>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, callback) {
      stream.resume()
      stream.once('end', () => {
        setTimeout(() => {
          const to = session.envelope.rcptTo[0]?.address ?? ''
          bodies.set(to, (bodies.get(to) ?? 0) + 1)
          callback(null, `2.0.0 Ok: queued as ${bodies.size}`)
        }, delayMs)
      })
    },
  })
  server.on('error', () => undefined)
  const listening = Promise.withResolvers<void>()
  server.listen(port, '127.0.0.1', () => listening.resolve())
  await listening.promise
  return {
    url: `smtp://127.0.0.1:${port}`,
    bodies,
    [Symbol.asyncDispose]: async () =>
      new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
