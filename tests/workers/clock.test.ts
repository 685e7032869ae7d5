import { expect, test } from 'vitest'
import { createLog } from '#log.ts'
import { startClock } from '../../workers/clock.ts'

const silent = createLog({ level: 'silent', name: 'test' })

test('a sweep that fails is logged and asked again', async () => {
  const lines: string[] = []
  const log = createLog({ level: 'error', name: 'test', write: (line) => void lines.push(line) })
  let sweeps = 0
  const sweep = async () => {
    sweeps += 1
    if (sweeps === 1) throw new Error('the database is restarting')
  }

  await using _clock = startClock({ sweep, everyMs: 1, log })

  await expect.poll(() => sweeps).toBeGreaterThan(1)
  expect(lines.join('')).toContain('the database is restarting')
})

test('one sweep ends before the next begins', async () => {
  let running = 0
  let most = 0
  let sweeps = 0
  const sweep = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 3))
    running -= 1
    sweeps += 1
  }

  await using _clock = startClock({ sweep, everyMs: 1, log: silent })

  await expect.poll(() => sweeps).toBeGreaterThan(3)
  expect(most).toBe(1)
})

test('disposal waits for the running sweep, and no other begins', async () => {
  let begun = 0
  let ended = 0
  const gate = Promise.withResolvers<void>()
  const sweep = async () => {
    begun += 1
    await gate.promise
    ended += 1
  }
  const clock = startClock({ sweep, everyMs: 0, log: silent })

  const closing = clock[Symbol.asyncDispose]()
  gate.resolve()
  await closing

  expect([begun, ended]).toEqual([1, 1])
})
