import { createHash, randomInt } from 'node:crypto'
import { access } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#log.ts'
import { ensureCluster, ensureDataDir, pgdataOf, readPassword } from './cluster.ts'
import { holdDirectory, inUse, type Holder } from './holder.ts'
import { ensureBinaries, SYSTEM_STATE } from './postgres-binaries.ts'
import { assertReachable, ensurePostgresUser, isOpenToAll, runsAsRoot } from './postgres-user.ts'
import { endLeftovers, findRunning, readPostmasterFile } from './postmaster-file.ts'
import { adoptPostmaster, startPostmaster, type Place, type Postmaster } from './postmaster.ts'
import { ask, untilAnswers, urlOf } from './server-answer.ts'
import { explainFailure, PostgresFailure } from './start-failure.ts'

export type EmbeddedPostgres = AsyncDisposable & {
  url: string
  /** False: joined a server that another Daybreak process holds and stops. */
  owner: boolean
  /** Resolves with a sentence when the server ended although nobody asked; a new promise after `restart`. */
  readonly ended: Promise<string>
  /** On the same port and data, so that pools reconnect. */
  restart(): Promise<void>
}

type Opening = { dataDir: string; command: string; purpose: Holder['purpose']; log: Log }

const PATIENCE_MS = 30_000

/** Where records live unless DAYBREAK_DATA says so: ./data, or the system's state directory where root's server could not reach that. */
export async function defaultDataDir({ cwd }: { cwd: string }): Promise<string> {
  const clone = resolve(cwd)
  const local = join(clone, 'data')
  const stays = !runsAsRoot() || (await isThere(pgdataOf(local))) || (await isOpenToAll(clone))
  if (stays) return local
  const mark = createHash('sha256').update(clone).digest('hex').slice(0, 8)
  return join(SYSTEM_STATE, `${basename(clone)}-${mark}`)
}

/** Starts the embedded PostgreSQL, adopts one whose Daybreak was killed, or joins one that a Daybreak server holds. */
export async function openEmbedded(input: Opening): Promise<EmbeddedPostgres> {
  const opening = { ...input, dataDir: resolve(input.dataDir) }
  return explained(opening.dataDir, () => open(opening))
}

async function explained<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw await explainFailure(error, dataDir)
  }
}

async function open(opening: Opening): Promise<EmbeddedPostgres> {
  const deadline = performance.now() + PATIENCE_MS
  await ensureDataDir(opening.dataDir)
  for (;;) {
    const hold = await holdDirectory({ ...opening, waitMs: PATIENCE_MS })
    if (hold.kind === 'held') return openHeld(opening, hold.release)
    const joined = await joinServer(opening.dataDir)
    if (joined) return joined
    // The server that holds the directory is still starting, or has just ended.
    if (performance.now() >= deadline) throw inUse(opening.dataDir, hold.holder)
    await sleep(100)
  }
}

async function joinServer(dataDir: string): Promise<EmbeddedPostgres | undefined> {
  const running = await readPostmasterFile(pgdataOf(dataDir))
  if (running?.state !== 'ready') return undefined
  const url = urlOf({ port: running.port, password: await readPassword(dataDir) })
  if ((await ask(url)) !== 'yes') return undefined
  return {
    url,
    owner: false,
    // Its holder sees to it, and restarts it on the same port.
    ended: new Promise<string>(() => {}),
    async restart() {
      throw new Error('only the process that holds the data directory restarts its PostgreSQL')
    },
    async [Symbol.asyncDispose]() {},
  }
}

async function openHeld(
  { dataDir, log }: Opening,
  release: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  try {
    const place = await preparePlace(dataDir)
    const first = await ensureServer({ ...place, log })
    return ownerOf({ ...place, log, dataDir, first, release })
  } catch (error) {
    await release()
    throw error
  }
}

async function preparePlace(dataDir: string): Promise<{ place: Place; password: string }> {
  const pgdata = pgdataOf(dataDir)
  const user = await ensurePostgresUser(pgdata)
  if (user) await assertReachable(user, dataDir)
  const binaries = await ensureBinaries(user)
  const { password } = await ensureCluster({ dataDir, binaries, user })
  const logFile = join(dataDir, 'postgres.log')
  return { place: { pgdata, logFile, postgres: binaries.postgres, user }, password }
}

function ownerOf(input: {
  place: Place
  password: string
  dataDir: string
  log: Log
  first: Postmaster
  release: () => Promise<void>
}): EmbeddedPostgres {
  const { place, password, dataDir, log, first, release } = input
  const port = first.port
  let postmaster = first
  let restarting: Promise<void> | undefined
  let disposed = false
  const restart = async () => {
    await postmaster.stop()
    postmaster = await ensureServer({ place, password, log, port })
  }
  return {
    url: urlOf({ port, password }),
    owner: true,
    get ended() {
      return postmaster.ended
    },
    async restart() {
      if (disposed) throw new Error('the embedded PostgreSQL was disposed of')
      restarting ??= explained(dataDir, restart).finally(() => (restarting = undefined))
      await restarting
    },
    async [Symbol.asyncDispose]() {
      if (disposed) return
      disposed = true
      await restarting?.catch(() => {})
      try {
        await postmaster.stop()
      } finally {
        await release()
      }
      log.info({ process: postmaster.pid }, 'PostgreSQL stopped')
    },
  }
}

type Wanted = { place: Place; password: string; log: Log; port?: number }

/** The server runs and answers afterwards; one that ends meanwhile is started anew if it was adopted. */
async function ensureServer(wanted: Wanted): Promise<Postmaster> {
  const { password, log } = wanted
  const begin = performance.now()
  for (;;) {
    const postmaster = await ensureProcess(wanted)
    const { pid, port, adopted } = postmaster
    const giveUp = new AbortController()
    const answered = untilAnswers({ url: urlOf({ port, password }), log, signal: giveUp.signal })
    try {
      const end = await Promise.race([postmaster.ended, answered])
      if (end === undefined) {
        const ms = Math.round(performance.now() - begin)
        log.info({ process: pid, port, adopted, ms }, 'PostgreSQL is ready')
        return postmaster
      }
      if (!adopted) throw new PostgresFailure(end, '')
    } catch (error) {
      await postmaster.stop()
      throw error
    } finally {
      giveUp.abort()
    }
  }
}

/** What passes by itself: somebody took the port, or backends of a killed server are still ending. */
const PASSING =
  /address already in use|could not bind|pre-existing shared memory|lock file .* already exists/i

async function ensureProcess({ place, port, log }: Wanted): Promise<Postmaster> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const adopted = await adoptRunning(place, port)
    if (adopted) return adopted
    try {
      return await startPostmaster(place, port ?? (await freePort()))
    } catch (error) {
      const passes = error instanceof PostgresFailure && PASSING.test(error.output)
      if (!passes || performance.now() >= deadline) throw error
      log.debug({ output: error.output }, 'PostgreSQL did not start, trying again')
      if (/pre-existing shared memory/.test(error.output)) await endLeftovers(place.pgdata)
    }
    await sleep(200)
  }
}

/** A server that is ending, or on a port that cannot serve, is waited for and not adopted. */
async function adoptRunning(place: Place, wantedPort?: number): Promise<Postmaster | undefined> {
  const running = await findRunning(place.pgdata)
  if (!running) return undefined
  const found = adoptPostmaster(place, running)
  if (running.state !== 'stopping' && isUsable(found.port, wantedPort)) return found
  await found.stop()
  return undefined
}

function isUsable(port: number, wanted: number | undefined): boolean {
  return wanted === undefined ? port > 0 && port < 65_536 : port === wanted
}

/**
 * Below the range that systems take outgoing ports from (Linux: from 32768). Within it, a pool that reconnects to a
 * server that is down can be given that very port, connect to itself, and keep the server from starting.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const { promise, resolve: settle } = Promise.withResolvers<boolean>()
  server.once('error', () => settle(false))
  server.listen({ host: '127.0.0.1', port }, () => server.close(() => settle(true)))
  return promise
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
