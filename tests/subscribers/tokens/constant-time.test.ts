import type * as crypto from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { openToken, sealToken } from '#subscribers/tokens.ts'

const compared = vi.hoisted(() => ({ times: 0 }))

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof crypto>()
  return {
    ...real,
    timingSafeEqual: (one: Buffer, other: Buffer) => {
      compared.times += 1
      return real.timingSafeEqual(one, other)
    },
  }
})

test.each([
  ['another signature', 30],
  ['another key', 1],
  ['another purpose', 2],
  ['another version', 0],
])('a token with %s is compared in constant time like a good one', (_, at) => {
  const secrets = { tokenKey: Buffer.alloc(32, 7) }
  const token = { publicId: 1, reference: 2, addressVersion: 3 }
  const bytes = Buffer.from(sealToken(secrets, 'undo', token), 'base64url')
  bytes.writeUInt8(bytes.readUInt8(at) ^ 8, at)
  compared.times = 0

  const opened = openToken(secrets, 'undo', bytes.toString('base64url'))

  expect(opened).toBeUndefined()
  expect(compared.times).toBe(1)
})
