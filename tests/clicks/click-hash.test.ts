import { expect, test } from 'vitest'
import { clickHashes } from '#clicks/click-hash.ts'

const SECRETS = { tokenKey: Buffer.alloc(32, 7) }
const MORNING = new Date('2026-11-22T06:00:00Z')

test('a reader has one name in an edition and another in the next, so that nobody’s reading can be put together', () => {
  const hashes = clickHashes(SECRETS)
  const reader = { publicId: 10 ** 12 + 1, editionId: 17 }

  const name = hashes.readerOf(reader)

  expect(name).toMatch(/^[0-9a-f]{32}$/)
  expect(clickHashes(SECRETS).readerOf(reader)).toBe(name)
  expect(hashes.readerOf({ ...reader, editionId: 18 })).not.toBe(name)
  expect(hashes.readerOf({ ...reader, publicId: reader.publicId + 1 })).not.toBe(name)
})

test('a network has another name on the next day, and in another house', () => {
  const hashes = clickHashes(SECRETS)

  const name = hashes.networkOf('cb0071', MORNING)

  expect(name).toMatch(/^[0-9a-f]{16}$/)
  expect(hashes.networkOf('cb0071', new Date('2026-11-22T23:59:59Z'))).toBe(name)
  expect(hashes.networkOf('cb0071', new Date('2026-11-23T00:00:00Z'))).not.toBe(name)
  expect(clickHashes({ tokenKey: Buffer.alloc(32, 8) }).networkOf('cb0071', MORNING)).not.toBe(name)
})
