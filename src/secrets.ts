import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#config.ts'
import { hasCode, Refusal } from '#errors.ts'

/**
 * Two keys of 32 bytes or more. The suppression key never rotates: with another one nobody who left is recognised. The
 * first token key stays too, for Message-IDs: tokens have a ring of keys.
 */
export type Secrets = { tokenKey: Buffer; suppressionKey: Buffer; tokenRing?: TokenRing }

export type TokenKey = { id: number; key: Buffer }

/** The keys that tokens are signed with and checked by. */
export type TokenRing = {
  /** The one in use at that time, or now. */
  signing(at?: Date): TokenKey
  /** Undefined for one that is unknown or retired. */
  checking(id: number): Buffer | undefined
}

type Keys = Pick<Config, 'tokenKey' | 'suppressionKey'>

/** From the environment, else from files of mode 0600 in the data directory, made once. */
export async function loadSecrets(
  { tokenKey, suppressionKey }: Keys,
  dataDir: string,
): Promise<Secrets> {
  const dir = join(dataDir, 'secrets')
  const [first] = tokenKeysOf({ tokenKey })
  return {
    tokenKey: first ?? (await ensureKey(dir, 'token-key')),
    suppressionKey:
      suppressionKey === null
        ? await ensureKey(dir, 'suppression-key')
        : Buffer.from(suppressionKey, 'hex'),
  }
}

/** Of the keys behind the first, the one of this number: from where the first is. */
export function findTokenKey(
  { tokenKey }: Pick<Config, 'tokenKey'>,
  { dataDir, id }: { dataDir: string; id: number },
): Buffer | undefined {
  return tokenKey === null
    ? readKey(join(dataDir, 'secrets', `token-key-${id}`))
    : tokenKeysOf({ tokenKey })[id - 1]
}

/** A further key in the data directory; the one that is there, if it is. */
export async function ensureTokenKey({
  dataDir,
  id,
}: {
  dataDir: string
  id: number
}): Promise<Buffer> {
  return ensureKey(join(dataDir, 'secrets'), `token-key-${id}`)
}

/** By their place in DAYBREAK_TOKEN_KEY; undefined where one was taken out. */
function tokenKeysOf({ tokenKey }: Pick<Config, 'tokenKey'>): (Buffer | undefined)[] {
  const words = tokenKey === null ? [] : tokenKey.split(',').map((word) => word.trim())
  return words.map((word) => (word === 'retired' ? undefined : Buffer.from(word, 'hex')))
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

/** Tells a key apart without telling it. */
export function fingerprintKey(key: Buffer): string {
  return createHmac('sha256', key).update('daybreak keys').digest('hex').slice(0, 16)
}

/** Two processes that start at once agree on one key: the file is linked complete, and the first link wins. */
async function ensureKey(dir: string, name: string): Promise<Buffer> {
  const file = join(dir, name)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const known = readKey(file)
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
  const made = readKey(file)
  if (made === undefined) throw new Error(`${file} is gone`)
  return made
}

function readKey(file: string): Buffer | undefined {
  let text
  try {
    text = readFileSync(file, 'utf8')
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
