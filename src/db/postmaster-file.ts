import { execFileSync } from 'node:child_process'
import { readFile, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identityOf, isAlive, signalProcess } from './process-identity.ts'

/** The server that runs on a data directory, as its postmaster.pid tells. */
export type Running = {
  pid: number
  port: number
  state: 'starting' | 'ready' | 'stopping'
}

/** What the file says, which may be long past. */
export async function readPostmasterFile(pgdata: string): Promise<Running | undefined> {
  const lines = await linesOf(fileIn(pgdata))
  const pid = Number(lines?.[0])
  if (!lines || !Number.isSafeInteger(pid) || pid <= 1) return undefined
  return { pid, port: Number(lines[3]), state: stateOf(lines[7]) }
}

/**
 * Finds the server that runs on the directory, also one whose Daybreak was killed; for its holder only.
 * A file that is damaged or names another program's process is made harmless, so that a server can start.
 */
export async function findRunning(pgdata: string): Promise<Running | undefined> {
  const running = await readPostmasterFile(pgdata)
  if (!running) {
    // The server refuses to start over such a file; while processes work on the records, it must.
    if ((await processesOn(pgdata)).length === 0) await rm(fileIn(pgdata), { force: true })
    return undefined
  }
  if (!isAlive(identityOf(running.pid))) return undefined
  if (await isServerOf(running.pid, pgdata)) return running
  await disownFile(fileIn(pgdata))
  return undefined
}

function fileIn(pgdata: string): string {
  return join(pgdata, 'postmaster.pid')
}

async function linesOf(file: string): Promise<string[] | undefined> {
  try {
    return (await readFile(file, 'utf8')).split('\n').map((line) => line.trim())
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function stateOf(line = ''): Running['state'] {
  return line === 'ready' || line === 'stopping' ? line : 'starting'
}

async function isServerOf(pid: number, pgdata: string): Promise<boolean> {
  if (process.platform === 'linux') return worksIn(pid, await realpath(pgdata))
  try {
    const command = execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
    return command.includes(`postgres -D ${pgdata}`)
  } catch {
    return false
  }
}

/** A server and its backends work in their data directory; backends call themselves "postgres: …". */
async function worksIn(pid: number | string, dir: string): Promise<boolean> {
  const [workingDir, command] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
  ])
  return workingDir === dir && /(^|\/)postgres(: |$)/.test(command.split('\0')[0] ?? '')
}

/**
 * The file stays, because its shared memory key keeps a new server from starting next to backends that outlived
 * theirs. The server takes a file that names its parent, which is this process, for stale.
 */
async function disownFile(file: string): Promise<void> {
  const lines = await linesOf(file)
  await writeFile(file, [String(process.pid), ...(lines ?? []).slice(1)].join('\n'))
}

/** Ends what outlived a killed server: a backend in a long query would keep the next server from starting. */
export async function endLeftovers(pgdata: string): Promise<void> {
  for (const pid of await processesOn(pgdata)) signalProcess(pid, 'SIGQUIT')
}

async function processesOn(pgdata: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const dir = await realpath(pgdata)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const works = await Promise.all(pids.map(async (pid) => worksIn(pid, dir)))
  return pids.filter((_, index) => works[index]).map(Number)
}
