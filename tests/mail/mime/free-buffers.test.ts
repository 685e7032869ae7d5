import { expect, test } from 'vitest'
import { FreeBuffers } from '#mail/mime/free-buffers.ts'

test('a buffer that was given back is used again', () => {
  const buffers = new FreeBuffers(1024 * 1024)
  const first = buffers.take(1000)
  first.free()

  const second = buffers.take(900)

  expect(second.buffer).toBe(first.buffer)
  expect(second.buffer.length).toBeGreaterThanOrEqual(1000)
})

test('a buffer that is out is nobody else’s, even when it was given back twice', () => {
  const buffers = new FreeBuffers(1024 * 1024)
  const first = buffers.take(1000)
  first.free()
  first.free()

  const [second, third] = [buffers.take(1000), buffers.take(1000)]

  expect(second.buffer).not.toBe(third.buffer)
})

test('after a longer mail, shorter buffers are not kept', () => {
  const buffers = new FreeBuffers(1024 * 1024)
  const short = buffers.take(1000)
  const long = buffers.take(100_000)
  short.free()
  long.free()

  const next = buffers.take(90_000)

  expect(next.buffer).toBe(long.buffer)
  expect(buffers.idleBytes).toBe(0)
})

test('idle buffers never take more than was allowed', () => {
  const buffers = new FreeBuffers(100_000)
  const taken = Array.from({ length: 50 }, () => buffers.take(20_000))

  for (const { free } of taken) free()

  expect(buffers.idleBytes).toBeGreaterThan(0)
  expect(buffers.idleBytes).toBeLessThanOrEqual(100_000)
})
