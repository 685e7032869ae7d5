import { hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '#secrets.ts'
import { KeyedHash } from './keyed-hash.ts'
import { fromBase32, toBase32 } from './tokens/base32.ts'

/** Without a ring there is one key, the first. */
export type TokenKeys = Pick<Secrets, 'tokenKey' | 'tokenRing'>

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
  desk: 12,
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
const FIRST_KEY = 1
const HEAD = 3 + 8 + 8 + 2
const MAC = 14

/** 35 bytes as base64url: 47 characters. */
export function sealToken(secrets: TokenKeys, purpose: Purpose, token: Token): string {
  return seal(secrets, purpose, token).toString('base64url')
}

/** The same in lower-case base32 (RFC 4648): mail systems fold the case of a local part. */
export function sealLocalPart(secrets: TokenKeys, purpose: Purpose, token: Token): string {
  return toBase32(seal(secrets, purpose, token))
}

/** Both spellings of one token, sealed once. */
export function sealBoth(
  secrets: TokenKeys,
  purpose: Purpose,
  token: Token,
): { token: string; localPart: string } {
  const bytes = seal(secrets, purpose, token)
  return { token: bytes.toString('base64url'), localPart: toBase32(bytes) }
}

/** The token, or undefined for anything forged, damaged, of another purpose or of a key that was retired. */
export function openToken(secrets: TokenKeys, purpose: Purpose, text: string): Token | undefined {
  if (!/^[\w-]{47}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // 47 characters hold two bits more than 35 bytes: one token has one spelling.
  return bytes.toString('base64url') === text ? open(secrets, purpose, bytes) : undefined
}

export function openLocalPart(
  secrets: TokenKeys,
  purpose: Purpose,
  text: string,
): Token | undefined {
  if (!/^[a-z2-7]{56}$/i.test(text)) return undefined
  return open(secrets, purpose, fromBase32(text.toLowerCase()))
}

/**
 * The same secrets, sealing with the key that was in use at that time: a mail that is made again after a change of keys
 * holds the same tokens.
 */
export function keysAt<Keys extends TokenKeys>(secrets: Keys, at: Date): Keys {
  const { tokenRing } = secrets
  if (tokenRing === undefined) return secrets
  const key = tokenRing.signing(at)
  return {
    ...secrets,
    tokenRing: { signing: () => key, checking: (id: number) => tokenRing.checking(id) },
  }
}

function seal({ tokenKey, tokenRing }: TokenKeys, purpose: Purpose, token: Token): Buffer {
  const { id, key } = tokenRing?.signing() ?? { id: FIRST_KEY, key: tokenKey }
  const bytes = Buffer.alloc(HEAD + MAC)
  bytes.writeUInt8(VERSION, 0)
  bytes.writeUInt8(id, 1)
  bytes.writeUInt8(purposes[purpose], 2)
  writeNumber(bytes, token.publicId, 3)
  writeNumber(bytes, token.reference, 11)
  bytes.writeUInt16BE(token.addressVersion & 0xffff, 19)
  bytes.write(sign(key, purpose, bytes.subarray(0, HEAD)), HEAD, MAC, 'latin1')
  return bytes
}

/** Eight bytes, as `writeBigUInt64BE` writes them, without making a bigint of each number. */
function writeNumber(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), at)
  bytes.writeUInt32BE(value % 2 ** 32, at + 4)
}

function open(secrets: TokenKeys, purpose: Purpose, bytes: Buffer): Token | undefined {
  if (bytes.length !== HEAD + MAC) return undefined
  const head = bytes.subarray(0, HEAD)
  const key = keyOf(secrets, bytes.readUInt8(1))
  // A key that nobody has takes as long as one that does not fit.
  const mac = Buffer.from(sign(key ?? secrets.tokenKey, purpose, head), 'latin1')
  if (!timingSafeEqual(mac, bytes.subarray(HEAD)) || key === undefined) return undefined
  if (head[0] !== VERSION || head[2] !== purposes[purpose]) return undefined
  return {
    publicId: Number(head.readBigUInt64BE(3)),
    reference: Number(head.readBigUInt64BE(11)),
    addressVersion: head.readUInt16BE(19),
  }
}

function keyOf({ tokenKey, tokenRing }: TokenKeys, id: number): Buffer | undefined {
  if (tokenRing !== undefined) return tokenRing.checking(id)
  return id === FIRST_KEY ? tokenKey : undefined
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
