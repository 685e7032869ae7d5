import { spawn } from 'node:child_process'
import { fchownSync, closeSync, openSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { SERVER_ENVIRONMENT } from './cluster.ts'
import { readPostmasterFile, type Running } from './postmaster-file.ts'
import { identityOf, isAlive, signalProcess, type ProcessIdentity } from './process-identity.ts'
import type { PostgresUser } from './postgres-user.ts'
import { lastFatalLine, PostgresFailure, tellsFullDisk } from './start-failure.ts'

/** A server that is ours to stop, started by us or adopted. */
export type Postmaster = {
  pid: number
  port: number
  adopted: boolean
  /** Resolves with a sentence when the server ended although nobody asked. */
  ended: Promise<string>
  stop(): Promise<void>
}

export type Place = {
  pgdata: string
  logFile: string
  postgres: string
  user: PostgresUser | undefined
}

/** Starts the server, or tells why it ended before it was ready. */
export async function startPostmaster(place: Place, port: number): Promise<Postmaster> {
  await rotate(place.logFile)
  const logStart = await sizeOf(place.logFile)
  const child = launch(place, port)
  const gone = Promise.withResolvers<string>()
  child.once('exit', (code, signal) =>
    gone.resolve(signal ? `killed by ${signal}` : `exit code ${code}`),
  )
  child.once('error', (error) => gone.resolve(error.message))
  // The server must not keep a command from ending, and is disposed of by its owner's scope.
  child.unref()
  const pid = child.pid
  if (pid === undefined) throw new PostgresFailure(await gone.promise, '')
  const identity = identityOf(pid)

  const end = await Promise.race([gone.promise, untilReady(place.pgdata, identity)])
  if (end !== undefined) throw new PostgresFailure(end, await tail(place.logFile, logStart))
  return handleOf({
    identity,
    port,
    adopted: false,
    end: sentenceOf(pid, gone.promise, place.logFile),
  })
}

/** Takes over a server whose Daybreak is gone. */
export function adoptPostmaster({ logFile }: Place, { pid, port }: Running): Postmaster {
  const identity = identityOf(pid)
  const gone = Promise.withResolvers<string>()
  const watch = setInterval(() => {
    if (isAlive(identity)) return
    clearInterval(watch)
    gone.resolve('its process is gone')
  }, 200).unref()
  return handleOf({ identity, port, adopted: true, end: sentenceOf(pid, gone.promise, logFile) })
}

function launch({ pgdata, logFile, postgres, user }: Place, port: number) {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=60',
    'shared_buffers=256MB',
    // A million rows are planned between two checkpoints: each one would write their pages again.
    'max_wal_size=4GB',
    'timezone=UTC',
    'log_timezone=UTC',
  ]
  const options = settings.flatMap((setting) => ['-c', setting])
  const log = openSync(logFile, 'a', 0o600)
  try {
    if (user) fchownSync(log, user.uid, user.gid)
    return spawn(postgres, ['-D', pgdata, '-p', String(port), ...options], {
      ...user,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      // A session of its own: Ctrl+C in a terminal reaches Daybreak, which stops the server when all is written.
      detached: true,
      stdio: ['ignore', log, log],
    })
  } finally {
    closeSync(log)
  }
}

async function untilReady(pgdata: string, identity: ProcessIdentity): Promise<undefined> {
  // Without a limit: after a crash the server replays its log for as long as that takes.
  while (isAlive(identity)) {
    const running = await readPostmasterFile(pgdata)
    if (running?.pid === identity.pid && running.state === 'ready') return undefined
    await sleep(10)
  }
  return new Promise<undefined>(() => {})
}

function handleOf(input: {
  identity: ProcessIdentity
  port: number
  adopted: boolean
  end: Promise<string>
}): Postmaster {
  const { identity, port, adopted, end } = input
  const ended = Promise.withResolvers<string>()
  let asked = false
  const tellUnlessAsked = async () => {
    const sentence = await end
    if (!asked) ended.resolve(sentence)
  }
  void tellUnlessAsked()
  const stop = async () => {
    asked = true
    // Fast: ends the connections, then writes everything down. Immediate: leaves that to the next start.
    if (await endsAfter('SIGINT', { identity, withinMs: 15_000 })) return
    if (await endsAfter('SIGQUIT', { identity, withinMs: 10_000 })) return
    throw new Error(`PostgreSQL (process ${identity.pid}) does not stop`)
  }
  return { pid: identity.pid, port, adopted, ended: ended.promise, stop }
}

async function endsAfter(
  signal: NodeJS.Signals,
  { identity, withinMs }: { identity: ProcessIdentity; withinMs: number },
): Promise<boolean> {
  if (!isAlive(identity)) return true
  signalProcess(identity.pid, signal)
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    if (!isAlive(identity)) return true
    await sleep(10)
  }
  return false
}

async function sentenceOf(pid: number, gone: Promise<string>, logFile: string): Promise<string> {
  const how = await gone
  const output = await tail(logFile, 0)
  // Fatal lines of other processes tell of clients, such as a wrong password.
  const lines = output
    .split('\n')
    .filter((line) => line.includes(`[${pid}] `) || /PANIC/.test(line))
  const reason = lastFatalLine(lines.join('\n'))
  const full = tellsFullDisk(new PostgresFailure(how, lines.join('\n'))) ? ', the disk is full' : ''
  return `PostgreSQL ended (${how})${full}${reason === undefined ? '' : `: ${reason}`}`
}

const LOG_LIMIT = 10_000_000

async function rotate(logFile: string): Promise<void> {
  if ((await sizeOf(logFile)) > LOG_LIMIT) await rename(logFile, `${logFile}.1`)
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

const TAIL_BYTES = 8192

/** The end of what was logged since `start`. */
async function tail(file: string, start: number): Promise<string> {
  const size = await sizeOf(file)
  if (size === 0) return ''
  const from = Math.max(start, size - TAIL_BYTES)
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
