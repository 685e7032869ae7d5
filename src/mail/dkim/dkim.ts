import { createPublicKey, hash, verify } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { HeaderField, Signer } from '#mail/mime/unsigned-message.ts'
import { type KeyFolder, readInUse, readKeyFolder } from './key-folder.ts'
import { canonicalOf, createSigner, type SigningKey } from './signature.ts'

/** Which keys sign an edition, chosen at its release: a retry is byte-identical after a change of keys. */
export type DkimPin = { domain: string; selectors: string[] }

export type Dkim = {
  /** What signs mail of this address's domain now: its own keys, or a parent domain's; null when there are none. */
  pinFor(address: string): DkimPin | null
  /** @throws Error when a pinned key is gone: the edition cannot go on as it began */
  signerFor(pin: DkimPin | null): Signer | null
  /** Takes up keys that were added, chosen or retired since; a folder with a fault changes nothing and is logged. */
  reload(): Promise<void>
}

/** @throws Refusal (78) when a key in use cannot sign */
export async function openDkim({ dir, log }: { dir: string; log: Log }): Promise<Dkim> {
  let folder = await readWorkingFolder(dir)
  let seen = await fingerprint(dir)
  const signers = new Map<string, Signer>()
  return {
    pinFor: (address) => pinOf(folder.inUse, address),
    signerFor(pin) {
      if (pin === null || pin.selectors.length === 0) return null
      const name = `${pin.domain} ${pin.selectors.join(' ')}`
      const signer = signers.get(name) ?? createSigner(keysOf(folder, pin))
      signers.set(name, signer)
      return signer
    },
    async reload() {
      const now = await fingerprint(dir)
      if (now === seen) return
      seen = now
      try {
        folder = await readWorkingFolder(dir)
        signers.clear()
        log.info({ domains: [...folder.inUse.keys()] }, 'DKIM keys read again')
      } catch (error) {
        log.error({ reason: reasonOf(error) }, 'the DKIM keys changed and cannot be used')
      }
    },
  }
}

/** What would be pinned now, read from the folder without opening a key. */
export async function readPin(dir: string, address: string): Promise<DkimPin | null> {
  return pinOf(await readInUse(dir), address)
}

function pinOf(inUse: Map<string, string[]>, address: string): DkimPin | null {
  const labels = address
    .slice(address.lastIndexOf('@') + 1)
    .toLowerCase()
    .split('.')
  // DMARC aligns a parent's signature too (RFC 9989, relaxed), but never a bare top-level domain's.
  for (let at = 0; at < labels.length - 1; at += 1) {
    const domain = labels.slice(at).join('.')
    const selectors = inUse.get(domain) ?? []
    if (selectors.length > 0) return { domain, selectors }
  }
  return null
}

function keysOf({ keys }: KeyFolder, { domain, selectors }: DkimPin): SigningKey[] {
  return selectors.map((selector) => {
    const key = keys.find((one) => one.domain === domain && one.selector === selector)
    if (key === undefined) throw new Error(`the DKIM key ${selector} of ${domain} is gone`)
    return key
  })
}

async function readWorkingFolder(dir: string): Promise<KeyFolder> {
  const folder = await readKeyFolder(dir)
  for (const [domain, selectors] of folder.inUse) {
    for (const key of keysOf(folder, { domain, selectors })) await probe(dir, key)
  }
  return folder
}

const PROBE: HeaderField[] = [
  { name: 'From', line: 'From: probe@example.org' },
  { name: 'Subject', line: 'Subject: Does this key sign?' },
]

/** Signs and verifies: a library that quietly does not sign would cost the sender's name, and nobody would see it. */
async function probe(dir: string, key: SigningKey): Promise<void> {
  const { domain, selector } = key
  try {
    const field = await createSigner([key]).sign(PROBE, Buffer.from('probe\r\n'), { replaces: [] })
    if (!isSigned(key, field)) throw new Error('its signature does not verify')
  } catch (cause) {
    throw new Refusal(
      `the DKIM key ${join(dir, `${selector}.${domain}.pem`)} cannot sign (${reasonOf(cause)}): choose another with "daybreak dkim use"`,
      { field: 'DAYBREAK_DKIM_DIR', status: 78, cause },
    )
  }
}

function isSigned({ algorithm, key }: SigningKey, field: string): boolean {
  const at = field.indexOf('\r\n b=') + '\r\n b='.length
  const signature = Buffer.from(field.slice(at).replace(/\s+/g, ''), 'base64')
  const headers = PROBE.map(({ line }) => `${canonicalOf(line)}\r\n`).join('')
  const data = Buffer.from(headers + canonicalOf(field.slice(0, at)), 'latin1')
  const publicKey = createPublicKey(key)
  return algorithm === 'ed25519-sha256'
    ? verify(null, hash('sha256', data, 'buffer'), publicKey, signature)
    : verify('sha256', data, publicKey, signature)
}

async function fingerprint(dir: string): Promise<string> {
  const names: string[] = await readdir(dir).catch(() => [])
  names.sort()
  const times = await Promise.all(
    names.map(async (name) => (await stat(join(dir, name)).catch(() => undefined))?.mtimeMs),
  )
  return JSON.stringify([names, times])
}
