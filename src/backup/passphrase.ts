import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#config.ts'
import { hasCode, reasonOf, Refusal } from '#errors.ts'

const MIN_LENGTH = 12

/** Where it is, unless the environment says it. */
export function passphrasePath(dataDir: string): string {
  return join(dataDir, 'secrets', 'backup-passphrase')
}

/** What backups are sealed with: the environment's, else one of 24 letters in the data directory, made once. */
export async function ensurePassphrase(
  { backupPassphrase }: Pick<Config, 'backupPassphrase'>,
  dataDir: string,
): Promise<string> {
  const known = await findPassphrase({ backupPassphrase }, { dataDir })
  if (known !== undefined) return known
  const file = passphrasePath(dataDir)
  await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, `${madeUp()}\n`, { mode: 0o600, flush: true })
  try {
    await link(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  return readFrom(file, 'secrets/backup-passphrase')
}

/** From a file that was named, the environment, or the data directory. @throws Refusal for a file without one */
export async function findPassphrase(
  { backupPassphrase }: Pick<Config, 'backupPassphrase'>,
  { dataDir, file }: { dataDir: string; file?: string | undefined },
): Promise<string | undefined> {
  if (file !== undefined) return readFrom(file, '--passphrase-file')
  if (backupPassphrase !== null) return backupPassphrase
  const kept = passphrasePath(dataDir)
  try {
    await readFile(kept)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  return readFrom(kept, 'secrets/backup-passphrase')
}

async function readFrom(file: string, field: string): Promise<string> {
  let text
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new Refusal(`cannot read the passphrase from ${file} (${reasonOf(cause)})`, {
      field,
      cause,
    })
  }
  if (text.length >= MIN_LENGTH) return text
  throw new Refusal(
    `${file} holds no passphrase: it must be one line of at least ${MIN_LENGTH} characters`,
    { field },
  )
}

/** Four times six letters that are not mistaken for one another on paper: 120 bits. */
function madeUp(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  const words = [...randomBytes(24)].map((byte) => letters[byte % letters.length] ?? '')
  return [0, 6, 12, 18].map((at) => words.slice(at, at + 6).join('')).join('-')
}
