import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import {
  chmod,
  chown,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Refusal } from '#errors.ts'
import type { Binaries } from './postgres-binaries.ts'
import { runsAsRoot, type PostgresUser } from './postgres-user.ts'
import { PostgresFailure } from './start-failure.ts'

const run = promisify(execFile)

/** The server sees none of Daybreak's environment; C keeps its messages in the language that we read. */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/bin:/bin' }

export function pgdataOf(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/** Makes the directory, passable and unreadable for others, with the folders that lead to it. */
export async function ensureDataDir(dataDir: string): Promise<void> {
  const made = await mkdir(dataDir, { recursive: true })
  if (made !== undefined) await chmodDown(made, dataDir)
  const { mode } = await stat(dataDir)
  if (runsAsRoot() && (mode & 0o011) !== 0o011) await chmod(dataDir, (mode & 0o7777) | 0o011)
}

/** Makes the cluster where there is none, complete or not at all. */
export async function ensureCluster(input: {
  dataDir: string
  binaries: Binaries
  user: PostgresUser | undefined
}): Promise<{ password: string }> {
  const { dataDir } = input
  await removeDrafts(dataDir)
  const state = await stateOf(pgdataOf(dataDir))
  if (state === 'cluster') return { password: await readPassword(dataDir) }
  if (state === 'something else') {
    throw new Refusal(
      `${pgdataOf(dataDir)} is not a PostgreSQL data directory: move it away, or set DAYBREAK_DATA to another directory`,
    )
  }
  const password = await ensurePassword(dataDir)
  await makeCluster({ ...input, password })
  return { password }
}

/** The password that a joining process needs too. */
export async function readPassword(dataDir: string): Promise<string> {
  const file = passwordFile(dataDir)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  const password = text.trim()
  if (/^[\w-]{20,}$/.test(password)) return password
  throw new Refusal(
    `${file} is missing or damaged, and the records in ${pgdataOf(dataDir)} open only with it: restore it from a backup`,
  )
}

async function chmodDown(from: string, to: string): Promise<void> {
  // The process's umask may have closed the folders that mkdir made.
  for (let path = to; path.length >= from.length; path = join(path, '..')) await chmod(path, 0o711)
}

async function stateOf(pgdata: string): Promise<'none' | 'cluster' | 'something else'> {
  const names = await readdir(pgdata).catch((error: unknown): string[] => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  if (names.length === 0) return 'none'
  return names.includes('PG_VERSION') ? 'cluster' : 'something else'
}

const DRAFT = '.initdb-'

/** What a killed start left; its initdb may still be writing, and then ends on its own. */
async function removeDrafts(dataDir: string): Promise<void> {
  const drafts = (await readdir(dataDir)).filter((name) => name.startsWith(DRAFT))
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }
  await Promise.all(drafts.map((name) => rm(join(dataDir, name), options)))
}

function passwordFile(dataDir: string): string {
  return join(dataDir, 'secrets', 'postgres-password')
}

async function ensurePassword(dataDir: string): Promise<string> {
  await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 })
  const known = await readPassword(dataDir).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined
    throw error
  })
  if (known !== undefined) return known
  const password = randomBytes(32).toString('base64url')
  const draft = `${passwordFile(dataDir)}.${randomUUID()}`
  try {
    await writeFile(draft, `${password}\n`, { mode: 0o600, flush: true })
    await rename(draft, passwordFile(dataDir))
  } finally {
    await rm(draft, { force: true })
  }
  return password
}

async function makeCluster(input: {
  dataDir: string
  binaries: Binaries
  user: PostgresUser | undefined
  password: string
}): Promise<void> {
  const { dataDir, binaries, user, password } = input
  const draft = join(dataDir, `${DRAFT}${randomUUID()}`)
  const cluster = join(draft, 'postgres')
  const pwfile = join(draft, 'password')
  try {
    await mkdir(draft, { mode: 0o700 })
    await writeFile(pwfile, `${password}\n`, { mode: 0o600 })
    if (user) await Promise.all([draft, pwfile].map((path) => chown(path, user.uid, user.gid)))
    const initdb = (locale: string) =>
      runInitdb({
        program: binaries.initdb,
        user,
        args: ['-D', cluster, `--pwfile=${pwfile}`, `--locale=${locale}`],
      })
    await initdb('C.UTF-8').catch((error: unknown) => {
      if (error instanceof PostgresFailure && /invalid locale/i.test(error.output))
        return initdb('C')
      throw error
    })
    await rename(cluster, pgdataOf(dataDir))
    await sync(dataDir)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function runInitdb(input: {
  program: string
  user: PostgresUser | undefined
  args: string[]
}) {
  const { program, user, args } = input
  const access = ['--username=daybreak', '--auth=scram-sha-256', '--encoding=UTF8']
  // The built-in provider sorts alike on every system, so an upgrade of the system's C library spoils no index.
  const sorting = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  try {
    await run(program, [...args, ...access, ...sorting], {
      ...user,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const output = ['stdout', 'stderr']
      .map((name) => String(Reflect.get(error, name) ?? ''))
      .join('\n')
    throw new PostgresFailure(`initdb ended: ${error.message}`, output)
  }
}

/** Without this a power cut could undo the rename, and the next start would sweep the records away as a draft. */
async function sync(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
