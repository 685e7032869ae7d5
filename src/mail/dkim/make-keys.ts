import { generateKeyPairSync } from 'node:crypto'
import { Refusal } from '#errors.ts'
import { parseSelector, readKeyFolder, writeKey } from './key-folder.ts'
import type { SigningKey } from './signature.ts'

/**
 * A pair of keys for a domain, one RSA and one Ed25519 (RFC 8463), that do not sign yet: their records must be in the DNS
 * first.
 * @throws Refusal where there are keys with these selectors
 */
export async function makeKeys(
  dir: string,
  { domain, selector }: { domain: string; selector: string },
): Promise<SigningKey[]> {
  const keys = [
    newKey({ domain, selector: parseSelector(`${selector}r`), algorithm: 'rsa-sha256' }),
    newKey({ domain, selector: parseSelector(`${selector}e`), algorithm: 'ed25519-sha256' }),
  ]
  const there = (await readKeyFolder(dir)).keys
  const taken = keys.find((key) =>
    there.some((other) => other.domain === domain && other.selector === key.selector),
  )
  if (taken !== undefined)
    throw new Refusal(
      `there is a key with the selector ${taken.selector} of ${domain} already: choose another with --selector`,
      { field: 'selector' },
    )
  for (const { key, ...named } of keys) {
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    await writeKey(dir, { ...named, pem })
  }
  return keys
}

/** "db2611": of November 2026. */
export function selectorOf(now: Date): string {
  return `db${now.toISOString().slice(2, 7).replace('-', '')}`
}

function newKey({ algorithm, ...named }: Omit<SigningKey, 'key'>): SigningKey {
  const { privateKey } =
    algorithm === 'rsa-sha256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ed25519')
  return { ...named, algorithm, key: privateKey }
}
