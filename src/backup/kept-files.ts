import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '#config.ts'
import { hasCode } from '#errors.ts'

/** A file that the records are worth little without, by its name in the data directory. */
export type KeptFile = { name: string; bytes: Buffer }

type Needs = Pick<Config, 'tokenKey' | 'suppressionKey' | 'dkimDir' | 'stated'>

/** Where a restore puts what the environment said. */
export const SETTINGS_FILE = 'settings.of-backup.env'

/** Keys are kept as files, wherever they come from; the rest is of the one machine or of the one database. */
const NOT_KEPT = new Set([
  'DAYBREAK_TOKEN_KEY',
  'DAYBREAK_SUPPRESSION_KEY',
  'DAYBREAK_BACKUP_PASSPHRASE',
  'DAYBREAK_DATA',
  'DAYBREAK_DKIM_DIR',
  'DATABASE_URL',
  'REDIS_URL',
])

/** The keys of links, of the do-not-mail list and of DKIM, and the settings of the environment. */
export async function listKeptFiles(config: Needs, dataDir: string): Promise<KeptFile[]> {
  const secrets = await filesBelow(join(dataDir, 'secrets'), 'secrets')
  const dkim = await filesBelow(config.dkimDir ?? join(dataDir, 'dkim'), 'dkim')
  const settings = settingsOf(config.stated)
  return [
    ...(config.tokenKey === null
      ? secrets.filter(({ name }) => /^secrets\/token-key(?:-\d+)?$/.test(name))
      : tokenKeysOf(config.tokenKey)),
    ...(config.suppressionKey === null
      ? secrets.filter(({ name }) => name === 'secrets/suppression-key')
      : [{ name: 'secrets/suppression-key', bytes: Buffer.from(`${config.suppressionKey}\n`) }]),
    ...dkim,
    ...(settings === '' ? [] : [{ name: SETTINGS_FILE, bytes: Buffer.from(settings) }]),
  ]
}

function tokenKeysOf(words: string): KeptFile[] {
  return words.split(',').flatMap((word, index) => {
    const key = word.trim()
    if (key === 'retired') return []
    const name = index === 0 ? 'secrets/token-key' : `secrets/token-key-${index + 1}`
    return [{ name, bytes: Buffer.from(`${key}\n`) }]
  })
}

/** As `node --env-file` reads them. */
function settingsOf(stated: Config['stated']): string {
  const lines = Object.entries(stated).filter(([name]) => !NOT_KEPT.has(name))
  return lines.map(([name, value]) => `${name}=${JSON.stringify(value)}\n`).join('')
}

async function filesBelow(dir: string, name: string): Promise<KeptFile[]> {
  let entries
  try {
    entries = await readdir(dir, { withFileTypes: true, recursive: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
  const files = entries.filter((entry) => entry.isFile())
  const found = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name)
    return { name: `${name}${path.slice(dir.length)}`, bytes: await readFile(path) }
  })
  return (await Promise.all(found)).toSorted((a, b) => a.name.localeCompare(b.name))
}

/** Files of a restore that wait for its records. */
export const STAGED = 'restore.staged'
const DRAFT = 'restore.draft'

/**
 * Lays the files of a backup aside, complete or not at all, under the number of the restore: they take their places when
 * the database is known to hold that restore.
 */
export async function stageFiles(
  dataDir: string,
  { files, restoreId }: { files: readonly KeptFile[]; restoreId: string },
): Promise<void> {
  const draft = join(dataDir, DRAFT)
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true, mode: 0o700 })
  for (const { name, bytes } of [...files, { name: 'restore-id', bytes: Buffer.from(restoreId) }])
    await writeWhole(join(draft, name), bytes)
  await rm(join(dataDir, STAGED), { recursive: true, force: true })
  await rename(draft, join(dataDir, STAGED))
}

/**
 * Ends a restore: its files take the places of those that are there, which stay beside them as `….before-restore`. Of a
 * restore that the database does not hold, because it was broken off, nothing is left.
 * @returns the names of what took its place
 */
export async function placeStaged(dataDir: string, restoredId: string | null): Promise<string[]> {
  const staged = join(dataDir, STAGED)
  const restoreId = await readFile(join(staged, 'restore-id'), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  const files = restoreId === restoredId ? await filesBelow(staged, '') : []
  const placed: string[] = []
  for (const { name, bytes } of files) {
    const own = name.slice(1)
    if (own !== 'restore-id' && (await replace(join(dataDir, own), bytes))) placed.push(own)
  }
  await rm(staged, { recursive: true, force: true })
  return placed
}

/** False when it is the same. */
async function replace(path: string, bytes: Buffer): Promise<boolean> {
  const before = await readFile(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (before?.equals(bytes) === true) return false
  if (before !== undefined) await writeWhole(`${path}.before-restore`, before)
  await writeWhole(`${path}.draft`, bytes)
  await rename(`${path}.draft`, path)
  return true
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}
