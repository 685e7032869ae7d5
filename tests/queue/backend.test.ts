import { expect, test } from 'vitest'
import { openRedisBackend } from '#queue/backend.ts'

test('a Redis that is not there is an error at once, and nobody goes on trying', async () => {
  const errors: Error[] = []

  await expect(
    openRedisBackend({ url: 'redis://127.0.0.1:1', onError: (error) => void errors.push(error) }),
  ).rejects.toThrow()
  const count = errors.length
  await new Promise((resolve) => setTimeout(resolve, 300))

  expect(errors).toHaveLength(count)
})
