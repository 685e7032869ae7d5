import { constants, createHash, type KeyObject, sign } from 'node:crypto'
import type { HeaderField, Signer } from '#mail/mime/unsigned-message.ts'

export type SigningKey = {
  domain: string
  selector: string
  algorithm: 'rsa-sha256' | 'ed25519-sha256'
  key: KeyObject
}

/** What is signed when it is there (RFC 6376 5.4.1: what a reader or a mail program acts on). */
const SIGNED = [
  'from',
  'reply-to',
  'to',
  'subject',
  'date',
  'message-id',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-help',
  'list-archive',
  'list-owner',
  'list-subscribe',
  'feedback-id',
  'auto-submitted',
] as const

/** Named once more than they are there: nobody can add a second one without breaking the signature (RFC 6376 8.15). */
const OVERSIGNED: ReadonlySet<string> = new Set([
  'from',
  'to',
  'subject',
  'date',
  'list-unsubscribe',
  'list-unsubscribe-post',
])

/**
 * Signs with every key, relaxed/simple (RFC 6376, RFC 8463). No clock time and no randomness: the same message gives
 * the same signatures.
 */
export function createSigner(keys: readonly SigningKey[]): Signer {
  return {
    async sign(fields, body, { replaces }) {
      const named = namesToSign(fields, replaces)
      const signed = named.map(({ canonical }) => canonical).join('')
      const bodyHash = hashBody(body)
      const lines = await Promise.all(
        keys.map(async (key) => {
          const open = openField(key, { names: named.map(({ name }) => name), bodyHash })
          const data = Buffer.from(signed + canonicalOf(open), 'latin1')
          return `${open}${fold(await signData(key, data))}\r\n`
        }),
      )
      return lines.join('')
    },
  }
}

/** Each name with what it adds to the signed text: nothing for one that is named beyond those that are there. */
function namesToSign(
  fields: readonly HeaderField[],
  replaces: readonly string[],
): { name: string; canonical: string }[] {
  const byName = new Map<string, string[]>()
  for (const { name, line } of fields) {
    const lower = name.toLowerCase()
    // Fields of one name are signed from the last to the first (RFC 6376 5.4.2).
    byName.set(lower, [`${canonicalOf(line)}\r\n`, ...(byName.get(lower) ?? [])])
  }
  const named: { name: string; canonical: string }[] = []
  for (const name of SIGNED) {
    if (replaces.includes(name)) continue
    for (const canonical of byName.get(name) ?? []) named.push({ name, canonical })
    if (OVERSIGNED.has(name)) named.push({ name, canonical: '' })
  }
  return named
}

const ODD_BLANKS = /[\t\r]|  /
const NOT_ASCII = /[^\0-\x7f]/

/** Relaxed header canonicalisation (RFC 6376 3.4.2), as latin1 of the field's UTF-8 bytes, without the final CRLF. */
export function canonicalOf(line: string): string {
  const colon = line.indexOf(':')
  const name = line.slice(0, colon).trimEnd().toLowerCase()
  const value = line.slice(colon + 1)
  const plain = ODD_BLANKS.test(value) ? value.replace(/\r\n/g, '').replace(/[ \t]+/g, ' ') : value
  const text = `${name}:${plain.replace(/^[ \t]+|[ \t]+$/g, '')}`
  return NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

const LF = 10
const CR = 13

/** Simple body canonicalisation (RFC 6376 3.4.3): empty lines at the end count as one, and no body is one empty line. */
export function hashBody(body: Buffer): string {
  let end = body.length
  while (end >= 2 && body[end - 1] === LF && body[end - 2] === CR) end -= 2
  const hash = createHash('sha256').update(body.subarray(0, end))
  return hash.update('\r\n').digest('base64')
}

/** The whole field but for the signature itself. */
function openField(
  { domain, selector, algorithm }: SigningKey,
  { names, bodyHash }: { names: string[]; bodyHash: string },
): string {
  return (
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/simple;\r\n` +
    ` d=${domain}; s=${selector};\r\n h=${foldNames(names)};\r\n bh=${bodyHash};\r\n b=`
  )
}

const WIDTH = 72

function foldNames(names: string[]): string {
  let text = ''
  let width = 3
  for (const [at, name] of names.entries()) {
    if (at > 0) text += ':'
    if (at > 0 && width + name.length > WIDTH) {
      text += '\r\n  '
      width = 2
    }
    text += name
    width += name.length + 1
  }
  return text
}

function fold(signature: Buffer): string {
  return (
    signature
      .toString('base64')
      .match(/.{1,70}/g)
      ?.join('\r\n  ') ?? ''
  )
}

/** RSA costs half a millisecond and goes to the thread pool; Ed25519 a sixth of that, and going there would cost more. */
function signData({ algorithm, key }: SigningKey, data: Buffer): Promise<Buffer> | Buffer {
  // RFC 8463 3: Ed25519 signs the hash, not the text.
  if (algorithm === 'ed25519-sha256')
    return sign(null, createHash('sha256').update(data).digest(), key)
  return new Promise((resolve, reject) => {
    sign('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING }, (error, signature) =>
      error ? reject(error) : resolve(signature),
    )
  })
}
