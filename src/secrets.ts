import { createHmac, randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#config.ts'
import { hasCode } from '#errors.ts'
import { Refusal } from '#errors.ts'

/** Two keys of 32 bytes or more. The suppression key never rotates: with another one nobody who left is recognised. */
export type Secrets = { tokenKey: Buffer; suppressionKey: Buffer }

/** From the environment, else from files of mode 0600 in the data directory, made once. */
export async function loadSecrets(
  { tokenKey, suppressionKey }: Pick<Config, 'tokenKey' | 'suppressionKey'>,
  dataDir: string,
): Promise<Secrets> {
  const dir = join(dataDir, 'secrets')
  return {
    tokenKey: tokenKey === null ? await ensureKey(dir, 'token-key') : Buffer.from(tokenKey, 'hex'),
    suppressionKey:
      suppressionKey === null
        ? await ensureKey(dir, 'suppression-key')
        : Buffer.from(suppressionKey, 'hex'),
  }
}

/** The do-not-mail list's name for an address: it recognises the address and does not reveal it. */
export function hashAddress(
  { suppressionKey }: Pick<Secrets, 'suppressionKey'>,
  email: string,
): Buffer {
  return createHmac('sha256', suppressionKey).update(email.toLowerCase()).digest()
}

/** Tells two sets of keys apart without telling them. */
export function fingerprintKeys({ tokenKey, suppressionKey }: Secrets): string {
  return [tokenKey, suppressionKey].map(fingerprintKey).join(' ')
}

function fingerprintKey(key: Buffer): string {
  return createHmac('sha256', key).update('daybreak keys').digest('hex').slice(0, 16)
}

/** Two processes that start at once agree on one key: the file is linked complete, and the first link wins. */
async function ensureKey(dir: string, name: string): Promise<Buffer> {
  const file = join(dir, name)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const known = await readKey(file)
  if (known !== undefined) return known
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true })
  try {
    await link(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  const made = await readKey(file)
  if (made === undefined) throw new Error(`${file} is gone`)
  return made
}

async function readKey(file: string): Promise<Buffer | undefined> {
  let text
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  if (!/^([0-9a-f]{2}){32,}$/i.test(text.trim())) {
    throw new Refusal(
      `${file} is damaged: restore it from a backup, it holds 64 hexadecimal digits`,
      { status: 78 },
    )
  }
  return Buffer.from(text.trim(), 'hex')
}
