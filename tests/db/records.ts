import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { openEmbedded, type EmbeddedPostgres } from '#db/embedded.ts'
import { readPostmasterFile, type Running } from '#db/postmaster-file.ts'
import { identityOf, isAlive } from '#db/process-identity.ts'
import { createLog } from '#log.ts'

const log = createLog({ level: 'silent', name: 'test' })

export type Records = Awaited<ReturnType<typeof createRecords>>

/** A data directory of its own for one test; disposing of it ends what the test left running. */
export async function createRecords() {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-embedded-'))
  const children: ChildProcess[] = []
  return {
    dataDir,
    async open(command: string): Promise<EmbeddedPostgres> {
      const purpose = command === 'start' ? 'server' : 'command'
      return openEmbedded({ dataDir, command, purpose, log })
    },
    async server(): Promise<Running | undefined> {
      return readPostmasterFile(join(dataDir, 'postgres'))
    },
    /** A process of its own that opens the directory, says how that went, and stays. */
    openElsewhere(): ChildProcess {
      const child = spawnOpener(dataDir)
      children.push(child)
      return child
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) await kill(child)
      await endServer(dataDir)
      await rm(dataDir, { recursive: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

const modules = JSON.stringify([
  new URL('../../src/db/embedded.ts', import.meta.url).href,
  new URL('../../src/log.ts', import.meta.url).href,
])

function spawnOpener(dataDir: string): ChildProcess {
  const script = `
    const [embedded, log] = await Promise.all(${modules}.map((url) => import(url)))
    const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
    setInterval(() => {}, 1000)
    try {
      const { url, owner } = await embedded.openEmbedded({
        dataDir: ${JSON.stringify(dataDir)},
        command: 'start',
        purpose: 'server',
        log: log.createLog({ level: 'silent', name: 'opener' }),
      })
      say({ url, owner })
    } catch (error) {
      say({ refusal: error.message })
    }`
  const options = ['--input-type=module', '--eval', script]
  return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
}

type Line = { url?: string; owner?: boolean; refusal?: string }

export async function firstLine(child: ChildProcess): Promise<Line> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.endsWith('\n')) break
  }
  const line: Line = JSON.parse(text)
  return line
}

export async function urlFrom(child: ChildProcess): Promise<string> {
  const { url, refusal } = await firstLine(child)
  if (url === undefined) throw new Error(refusal)
  return url
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function endServer(dataDir: string): Promise<void> {
  const server = await readPostmasterFile(join(dataDir, 'postgres')).catch(() => undefined)
  if (!server || !isAlive(identityOf(server.pid)) || !(await isPostgres(server.pid))) return
  process.kill(server.pid, 'SIGQUIT')
  await until(() => !isAlive(identityOf(server.pid)))
}

async function isPostgres(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres')
  return name.startsWith('postgres')
}

export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}

export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = await connect(url)
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5)
}
