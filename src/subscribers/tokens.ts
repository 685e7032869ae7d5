import { hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '#secrets.ts'
import { KeyedHash } from './keyed-hash.ts'

/**
 * Stateless signed tokens: version, key id, purpose, subscriber, reference, truncated HMAC-SHA256. A token of one
 * purpose never works for another; it holds no address and nothing that can be guessed from one.
 */
const purposes = {
  confirm: 1,
  unsubscribe: 2,
  preferences: 3,
  bounce: 4,
  click: 5,
  webView: 6,
  undo: 7,
  notMe: 8,
  muteStory: 9,
  ownData: 10,
  addressChange: 11,
} as const
export type Purpose = keyof typeof purposes

export type Token = {
  /** The subscriber's public id, not the serial number. */
  publicId: number
  /** What the token is about: an edition, a service mail, or a time, as the purpose has it. */
  reference: number
  /** For bounces: which of the reader's addresses the mail went to. 0 elsewhere. */
  addressVersion: number
}

const VERSION = 1
const KEY_ID = 1
const HEAD = 3 + 8 + 8 + 2
const MAC = 14

/** 35 bytes as base64url: 47 characters. */
export function sealToken(
  secrets: Pick<Secrets, 'tokenKey'>,
  purpose: Purpose,
  token: Token,
): string {
  return seal(secrets, purpose, token).toString('base64url')
}

/** The same in lower-case base32 (RFC 4648): mail systems fold the case of a local part. */
export function sealLocalPart(
  secrets: Pick<Secrets, 'tokenKey'>,
  purpose: Purpose,
  token: Token,
): string {
  return toBase32(seal(secrets, purpose, token))
}

/** Both spellings of one token, sealed once. */
export function sealBoth(
  secrets: Pick<Secrets, 'tokenKey'>,
  purpose: Purpose,
  token: Token,
): { token: string; localPart: string } {
  const bytes = seal(secrets, purpose, token)
  return { token: bytes.toString('base64url'), localPart: toBase32(bytes) }
}

/** The token, or undefined for anything forged, damaged, of another purpose or of a key that was retired. */
export function openToken(
  secrets: Pick<Secrets, 'tokenKey'>,
  purpose: Purpose,
  text: string,
): Token | undefined {
  if (!/^[\w-]{47}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // 47 characters hold two bits more than 35 bytes: one token has one spelling.
  return bytes.toString('base64url') === text ? open(secrets, purpose, bytes) : undefined
}

export function openLocalPart(
  secrets: Pick<Secrets, 'tokenKey'>,
  purpose: Purpose,
  text: string,
): Token | undefined {
  if (!/^[a-z2-7]{56}$/i.test(text)) return undefined
  return open(secrets, purpose, fromBase32(text.toLowerCase()))
}

function seal({ tokenKey }: Pick<Secrets, 'tokenKey'>, purpose: Purpose, token: Token): Buffer {
  const bytes = Buffer.alloc(HEAD + MAC)
  bytes.writeUInt8(VERSION, 0)
  bytes.writeUInt8(KEY_ID, 1)
  bytes.writeUInt8(purposes[purpose], 2)
  writeNumber(bytes, token.publicId, 3)
  writeNumber(bytes, token.reference, 11)
  bytes.writeUInt16BE(token.addressVersion & 0xffff, 19)
  bytes.write(sign(tokenKey, purpose, bytes.subarray(0, HEAD)), HEAD, MAC, 'latin1')
  return bytes
}

/** Eight bytes, as `writeBigUInt64BE` writes them, without making a bigint of each number. */
function writeNumber(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), at)
  bytes.writeUInt32BE(value % 2 ** 32, at + 4)
}

function open(
  { tokenKey }: Pick<Secrets, 'tokenKey'>,
  purpose: Purpose,
  bytes: Buffer,
): Token | undefined {
  if (bytes.length !== HEAD + MAC) return undefined
  const head = bytes.subarray(0, HEAD)
  const mac = Buffer.from(sign(tokenKey, purpose, head), 'latin1')
  if (!timingSafeEqual(mac, bytes.subarray(HEAD))) return undefined
  if (head[0] !== VERSION || head[1] !== KEY_ID || head[2] !== purposes[purpose]) return undefined
  return {
    publicId: Number(head.readBigUInt64BE(3)),
    reference: Number(head.readBigUInt64BE(11)),
    addressVersion: head.readUInt16BE(19),
  }
}

function sign(tokenKey: Buffer, purpose: Purpose, head: Buffer): string {
  return keyedHash(tokenKey, purpose).of(head).slice(0, MAC)
}

const keyedHashes = new WeakMap<Buffer, Map<Purpose, KeyedHash>>()

function keyedHash(tokenKey: Buffer, purpose: Purpose): KeyedHash {
  const hashes = keyedHashes.get(tokenKey) ?? new Map<Purpose, KeyedHash>()
  keyedHashes.set(tokenKey, hashes)
  const known = hashes.get(purpose)
  if (known !== undefined) return known
  const key = Buffer.from(hkdfSync('sha256', tokenKey, '', `daybreak token ${purpose}`, 32))
  const made = new KeyedHash(key)
  hashes.set(purpose, made)
  return made
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

function toBase32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value & 0x1f) << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((value >> bits) & 31)
    }
  }
  return bits === 0 ? text : text + BASE32.charAt((value << (5 - bits)) & 31)
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const character of text) {
    value = ((value & 0xff) << 5) | BASE32.indexOf(character)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >> bits) & 0xff)
    }
  }
  return Buffer.from(bytes)
}
