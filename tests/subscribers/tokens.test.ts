import { expect, test } from 'vitest'
import { toBase32 } from '#subscribers/tokens/base32.ts'
import {
  openLocalPart,
  openToken,
  type Purpose,
  sealLocalPart,
  sealToken,
} from '#subscribers/tokens.ts'

const secrets = { tokenKey: Buffer.alloc(32, 7) }
const token = { publicId: 0xabcdef012345, reference: 1_234_567_890_123, addressVersion: 3 }
const purposes: Purpose[] = [
  'confirm',
  'unsubscribe',
  'preferences',
  'bounce',
  'click',
  'webView',
  'undo',
  'notMe',
  'muteStory',
  'ownData',
  'addressChange',
]
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

test.each(purposes)(
  'a token of the purpose %s opens as what was sealed, in both spellings',
  (purpose) => {
    const opened = openToken(secrets, purpose, sealToken(secrets, purpose, token))
    const fromLocalPart = openLocalPart(secrets, purpose, sealLocalPart(secrets, purpose, token))

    expect(opened).toEqual(token)
    expect(fromLocalPart).toEqual(token)
  },
)

test.each(purposes)(
  'a token of the purpose %s with any one bit flipped is refused, in both spellings',
  (purpose) => {
    const bytes = Buffer.from(sealToken(secrets, purpose, token), 'base64url')

    const opened = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const flipped = Buffer.from(bytes)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      return [
        openToken(secrets, purpose, flipped.toString('base64url')),
        openLocalPart(secrets, purpose, toBase32(flipped)),
      ]
    })

    expect(opened).toHaveLength(280)
    expect(opened.flat().filter((each) => each !== undefined)).toEqual([])
    expect(openLocalPart(secrets, purpose, toBase32(bytes))).toEqual(token)
  },
)

test('a token is 47 characters, or 56 as a local part, and holds numbers only', () => {
  const bytes = Buffer.from(sealToken(secrets, 'bounce', token), 'base64url')

  const head = Buffer.alloc(21)
  head.set([1, 1, 4])
  head.writeBigUInt64BE(BigInt(token.publicId), 3)
  head.writeBigUInt64BE(BigInt(token.reference), 11)
  head.writeUInt16BE(token.addressVersion, 19)
  expect(bytes.subarray(0, 21)).toEqual(head)
  expect(sealToken(secrets, 'bounce', token)).toHaveLength(47)
  expect(sealLocalPart(secrets, 'bounce', token)).toHaveLength(56)
})

test('a token has one spelling: every other character in any place is refused', () => {
  const text = sealToken(secrets, 'confirm', token)
  const spellings = Array.from(text).flatMap((own, at) =>
    Array.from(BASE64URL)
      .filter((other) => other !== own)
      .map((other) => text.slice(0, at) + other + text.slice(at + 1)),
  )

  const opened = spellings.filter(
    (spelling) => openToken(secrets, 'confirm', spelling) !== undefined,
  )

  expect(spellings).toHaveLength(47 * 63)
  expect(opened).toEqual([])
})

test('a token of one purpose opens for no other, even when its purpose byte is rewritten', () => {
  const opened = purposes.flatMap((sealed) =>
    purposes
      .filter((other) => other !== sealed)
      .flatMap((other) => {
        const bytes = Buffer.from(sealToken(secrets, sealed, token), 'base64url')
        const rewritten = Buffer.from(bytes)
        rewritten.writeUInt8(
          Buffer.from(sealToken(secrets, other, token), 'base64url').readUInt8(2),
          2,
        )
        return [bytes, rewritten].map((each) =>
          openToken(secrets, other, each.toString('base64url')),
        )
      }),
  )

  expect(opened).toHaveLength(11 * 10 * 2)
  expect(opened.every((each) => each === undefined)).toBe(true)
})

test('a token sealed with another key is refused', () => {
  const sealed = sealToken({ tokenKey: Buffer.alloc(32, 8) }, 'unsubscribe', token)

  expect(openToken(secrets, 'unsubscribe', sealed)).toBeUndefined()
})

test.each([
  '',
  'x',
  'A'.repeat(46),
  'A'.repeat(47),
  'A'.repeat(48),
  `${'A'.repeat(46)}=`,
  `${'A'.repeat(46)}\n`,
  '\u0000'.repeat(47),
])('what is no token, such as %j, is refused without an error', (text) => {
  expect(openToken(secrets, 'unsubscribe', text)).toBeUndefined()
  expect(openLocalPart(secrets, 'bounce', text)).toBeUndefined()
})

test('a local part survives a mail system that folds its case, and fits 58 characters with its prefix', () => {
  const sealed = sealLocalPart(secrets, 'bounce', {
    publicId: 2 ** 48 - 1,
    reference: 2 ** 53 - 1,
    addressVersion: 65_535,
  })

  expect(openLocalPart(secrets, 'bounce', sealed.toUpperCase())).toEqual({
    publicId: 2 ** 48 - 1,
    reference: 2 ** 53 - 1,
    addressVersion: 65_535,
  })
  expect(`b-${sealed}`.length).toBeLessThanOrEqual(58)
  expect(sealed).toMatch(/^[a-z2-7]+$/)
})

test('tokens of neighbouring readers share nothing but their head', () => {
  const [one, two] = [1, 2].map((publicId) =>
    Buffer.from(sealToken(secrets, 'unsubscribe', { ...token, publicId }), 'base64url').subarray(
      21,
    ),
  )

  expect(one).toHaveLength(14)
  expect(one).not.toEqual(two)
})
