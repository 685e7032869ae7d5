import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { KeyedHash } from '#subscribers/keyed-hash.ts'

test.each([1, 32, 64, 65, 200])('with a key of %i bytes it is HMAC-SHA256', (length) => {
  const key = Buffer.from(Array.from({ length }, (_, index) => (index * 7) % 256))
  const hash = new KeyedHash(key)
  const messages = ['', 'a', 'x'.repeat(300)].map((text) => Buffer.from(text))

  const ours = messages.flatMap((message) => [
    Buffer.from(hash.of(message), 'latin1').toString('hex'),
    hash.hexOf(message),
  ])

  expect(ours).toEqual(
    messages.flatMap((message) => {
      const theirs = createHmac('sha256', key).update(message).digest('hex')
      return [theirs, theirs]
    }),
  )
})
