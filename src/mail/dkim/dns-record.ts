import { createPublicKey, type KeyObject } from 'node:crypto'
import type { SigningKey } from './signature.ts'

export type DnsRecord = {
  /** `s1._domainkey.example.org` */
  name: string
  /** The TXT record's value as one text. */
  value: string
  /** A line for a zone file: the value in strings of at most 255 characters. */
  zoneLine: string
}

/** What the key's owner publishes (RFC 6376 3.6.1, RFC 8463 4). */
export function dnsRecordOf({ domain, selector, algorithm, key }: SigningKey): DnsRecord {
  const type = algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519'
  const name = `${selector}._domainkey.${domain}`
  const value = `v=DKIM1; k=${type}; p=${publicPart(key).toString('base64')}`
  const strings = value.match(/.{1,255}/g) ?? []
  return {
    name,
    value,
    zoneLine: `${name}. IN TXT ${strings.map((text) => `"${text}"`).join(' ')}`,
  }
}

const ED25519_BYTES = 32

function publicPart(key: KeyObject): Buffer {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return key.asymmetricKeyType === 'ed25519' ? spki.subarray(-ED25519_BYTES) : spki
}
