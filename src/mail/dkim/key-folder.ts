import { createPrivateKey, type KeyObject } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { hasCode, Refusal, reasonOf } from '#errors.ts'
import type { SigningKey } from './signature.ts'

// One PEM a key, named SELECTOR.DOMAIN.pem; DOMAIN.json says which selectors sign. A key that is there and not named
// is published ahead, or kept for retries of what it has signed.

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const SELECTOR = new RegExp(`^${LABEL}$`)
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`)
const KEY_FILE = new RegExp(`^(${LABEL})\\.(${LABEL}(?:\\.${LABEL})+)\\.pem$`)

export type KeyFolder = {
  keys: SigningKey[]
  /** The selectors in use, by domain. */
  inUse: Map<string, string[]>
}

/** @throws Refusal (78) that names the file and the fix, for anything there that is not a key of ours */
export async function readKeyFolder(dir: string): Promise<KeyFolder> {
  const names = (await listFolder(dir)).toSorted()
  const keys: SigningKey[] = []
  for (const name of names) {
    const [, selector, domain] = KEY_FILE.exec(name) ?? []
    if (selector !== undefined && domain !== undefined)
      keys.push({ domain, selector, ...(await readKey(join(dir, name))) })
    else if (name.endsWith('.pem'))
      refuse(join(dir, name), {
        is: 'is not named SELECTOR.DOMAIN.pem in lower case',
        fix: 'rename it',
      })
  }
  const inUse = await readInUse(dir, names)
  for (const [domain, selectors] of inUse) {
    const missing = selectors.find(
      (selector) => !keys.some((key) => key.domain === domain && key.selector === selector),
    )
    if (missing !== undefined) {
      refuse(join(dir, `${domain}.json`), {
        is: `names the selector ${missing}, and there is no ${missing}.${domain}.pem`,
        fix: 'put the key back, or choose another with "daybreak dkim use"',
      })
    }
  }
  return { keys, inUse }
}

/** Which selectors sign now, without opening a key. */
export async function readInUse(
  dir: string,
  names?: readonly string[],
): Promise<Map<string, string[]>> {
  const inUse = new Map<string, string[]>()
  for (const name of names ?? (await listFolder(dir))) {
    const domain = name.endsWith('.json') ? name.slice(0, -'.json'.length) : ''
    if (DOMAIN.test(domain)) inUse.set(domain, await readSelectors(join(dir, name)))
  }
  return inUse
}

/** Rewrites which selectors sign for the domain, in one step: a reader sees the old list or the new one. */
export async function writeInUse(dir: string, domain: string, selectors: string[]): Promise<void> {
  const file = join(dir, `${domain}.json`)
  const next = `${file}.next`
  await writeFile(next, `${JSON.stringify({ sign: selectors })}\n`, { mode: 0o600, flush: true })
  await rename(next, file)
}

/** @throws Refusal when there is such a key already: a published key is never overwritten */
export async function writeKey(
  dir: string,
  { selector, domain, pem }: { selector: string; domain: string; pem: string },
): Promise<string> {
  const file = join(dir, `${selector}.${domain}.pem`)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  try {
    await writeFile(file, pem, { flag: 'wx', mode: 0o600, flush: true })
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause
    throw new Refusal(
      `there is a key with the selector ${selector} of ${domain} already: choose another with --selector`,
      { field: 'selector', cause },
    )
  }
  return file
}

export async function removeKey(
  dir: string,
  { selector, domain }: { selector: string; domain: string },
): Promise<void> {
  await rm(join(dir, `${selector}.${domain}.pem`))
}

/** @throws Refusal */
export function parseDomain(text: string | undefined): string {
  const domain = text?.toLowerCase().replace(/\.$/, '') ?? ''
  if (DOMAIN.test(domain) && domain.length <= 253) return domain
  throw new Refusal(
    `"${text ?? ''}" is not a domain: name the one of your sender's address, such as courier.example`,
    { field: 'domain' },
  )
}

/** @throws Refusal */
export function parseSelector(text: string): string {
  if (SELECTOR.test(text)) return text
  throw new Refusal(
    `"${text}" is not a selector: use lower-case letters, digits and hyphens, such as db2611r`,
    { field: 'selector' },
  )
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return await readdir(dir)
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return []
    return refuse(dir, {
      is: `cannot be read (${reasonOf(cause)})`,
      fix: 'let this user read it',
      cause,
    })
  }
}

type Parsed = Pick<SigningKey, 'algorithm' | 'key'>

async function readKey(file: string): Promise<Parsed> {
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0)
    refuse(file, { is: 'can be read by other users', fix: `run: chmod 600 ${file}` })
  return parseKey(file, await readFile(file, 'utf8'))
}

const SMALLEST_RSA = 2048

function parseKey(file: string, pem: string): Parsed {
  const fix = 'make one with "daybreak dkim keygen"'
  if (pem.includes('PUBLIC KEY'))
    refuse(file, { is: 'is a public key', fix: `put the private one there, or ${fix}` })
  if (pem.includes('ENCRYPTED'))
    refuse(file, { is: 'is locked with a passphrase', fix: 'store it without one' })
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    return refuse(file, { is: 'is not a private key in PEM form', fix, cause })
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'ed25519') return { algorithm: 'ed25519-sha256', key }
  if (type !== 'rsa')
    return refuse(file, { is: `is a key of type ${type}`, fix: `use RSA or Ed25519: ${fix}` })
  if ((details?.modulusLength ?? 0) < SMALLEST_RSA)
    refuse(file, {
      is: `has ${details?.modulusLength} bits, and receivers refuse less than ${SMALLEST_RSA}`,
      fix,
    })
  return { algorithm: 'rsa-sha256', key }
}

const Selectors = z.object({ sign: z.array(z.string().regex(SELECTOR)).max(4) })

async function readSelectors(file: string): Promise<string[]> {
  try {
    return Selectors.parse(JSON.parse(await readFile(file, 'utf8'))).sign
  } catch (cause) {
    return refuse(file, {
      is: 'does not read {"sign": ["selector", …]}',
      fix: 'choose the keys again with "daybreak dkim use"',
      cause,
    })
  }
}

function refuse(
  file: string,
  { is, fix, cause }: { is: string; fix: string; cause?: unknown },
): never {
  throw new Refusal(`the DKIM file ${file} ${is}: ${fix}`, {
    field: 'DAYBREAK_DKIM_DIR',
    status: 78,
    cause,
  })
}
