import { createHash, randomUUID } from 'node:crypto'
import { link, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { hasCode, Refusal } from '#errors.ts'
import { identityOf, isAlive } from './process-identity.ts'

const holderShape = z.object({
  id: z.string(),
  pid: z.int().positive(),
  processStart: z.number().optional(),
  bootId: z.string().optional(),
  command: z.string(),
  purpose: z.enum(['server', 'command']),
  since: z.string(),
})

/** The one Daybreak process that may start, adopt and stop the server of a data directory. */
export type Holder = z.infer<typeof holderShape>

export type Hold =
  | { kind: 'held'; release: () => Promise<void> }
  | { kind: 'joined'; holder: Holder }

/** Holds the directory, or joins the server that does; a command that holds it is waited for. */
export async function holdDirectory(input: {
  dataDir: string
  command: string
  purpose: Holder['purpose']
  waitMs: number
}): Promise<Hold> {
  const { dataDir, command, purpose, waitMs } = input
  const since = new Date().toISOString()
  const self: Holder = { ...identityOf(process.pid), id: randomUUID(), command, purpose, since }
  const deadline = performance.now() + waitMs
  for (;;) {
    const holder = await claim(dataDir, self)
    if (holder.id === self.id) return { kind: 'held', release: () => release(dataDir, self) }
    if (holder.purpose === 'server' && purpose === 'command') return { kind: 'joined', holder }
    if (holder.purpose === 'server' || performance.now() >= deadline) throw inUse(dataDir, holder)
    await sleep(100)
  }
}

export function inUse(dataDir: string, { command, pid, since }: Holder): Refusal {
  return new Refusal(
    `the data directory ${dataDir} is in use by "daybreak ${command}" (process ${pid}, since ${since}): ` +
      'stop it first, or set DAYBREAK_DATA to another directory',
    { status: 409 },
  )
}

/**
 * Returns the living holder, which is `self` if it won.
 *
 * Deleting a dead holder's file could delete the one that a faster taker has just put there. So a taker first
 * links a successor file named after the dead record, which only one can do, and then renames its record over
 * holder.json. A taker that dies in between is itself a dead record with a successor. A successor linked by
 * somebody who read holder.json before it was replaced is void: holder.json no longer says what they read.
 */
async function claim(dataDir: string, self: Holder): Promise<Holder> {
  const first = join(dataDir, 'holder.json')
  let path = first
  let seenFirst = ''
  for (;;) {
    const found = await readRecord(path)
    if (found?.holder && isAlive(found.holder)) return found.holder
    if (found) {
      if (path === first) seenFirst = found.text
      path = join(dataDir, successorOf(found.text))
      continue
    }
    if (!(await placed({ path, self, exclusively: true }))) continue
    const won = path === first || (await readRecord(first))?.text === seenFirst
    if (won) {
      if (path !== first) await placed({ path: first, self, exclusively: false })
      await sweep(dataDir)
      return self
    }
    await rm(path, { force: true })
    path = first
  }
}

async function release(dataDir: string, self: Holder): Promise<void> {
  const first = join(dataDir, 'holder.json')
  if ((await readRecord(first))?.holder?.id === self.id) await rm(first, { force: true })
}

async function readRecord(path: string): Promise<{ text: string; holder?: Holder } | undefined> {
  const text = await textIfThere(path)
  if (text === undefined) return undefined
  // What cannot be read was cut short by a power cut or a full disk: nobody living wrote it.
  const parsed = holderShape.safeParse(jsonOf(text))
  return parsed.success ? { text, holder: parsed.data } : { text }
}

async function textIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function successorOf(text: string): string {
  return `.holder-after-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

/** The record appears whole or not at all; `exclusively` leaves what is already there, and says so. */
async function placed(input: { path: string; self: Holder; exclusively: boolean }) {
  const { path, self, exclusively } = input
  const draft = join(path, '..', `.holder-${self.id}`)
  try {
    await writeFile(draft, `${JSON.stringify(self, null, 2)}\n`, { mode: 0o600 })
    await (exclusively ? link(draft, path) : rename(draft, path))
    return true
  } catch (error) {
    // ENOENT: a winner swept the draft away.
    if (exclusively && hasCode(error, 'EEXIST', 'ENOENT')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function sweep(dataDir: string): Promise<void> {
  const names = await readdir(dataDir)
  const left = names.filter((name) => name.startsWith('.holder-'))
  await Promise.all(left.map((name) => rm(join(dataDir, name), { force: true })))
}
