import { expect, test } from 'vitest'
import type { Outcome } from '#mail/outcome.ts'
import { ACCEPTED, openRelays, REFUSED } from './relays-fixture.ts'

const LOST: Outcome = {
  kind: 'unsent',
  reason: 'the relay closed the connection',
  offered: true,
}
const ONE = 'smtp://a.example.org'
const A = 'a.example.org'
const B = 'b.example.org'

const to = (number: number) => ({
  envelope: { from: 'news@example.org', to: `reader${number}@example.net` },
})

test('a relay that hangs up at one address goes on with the others, however often that mail comes back', async () => {
  const { send, pool, stateOf } = openRelays(ONE)

  for (let turn = 0; turn < 5; turn += 1) {
    pool(A).act = LOST
    expect(await send(to(1))).toEqual(LOST)
  }
  pool(A).act = ACCEPTED

  expect(stateOf(A)).toMatchObject({ state: 'up', failed: 5 })
  expect(await send(to(2))).toEqual(ACCEPTED)
})

test('a relay that hangs up under three different mails in a row rests', async () => {
  const { send, pool, stateOf } = openRelays(ONE)
  pool(A).act = LOST

  await send(to(1))
  await send(to(2))
  const before = stateOf(A)?.state
  const third = await send(to(3))
  const after = await send(to(4))

  expect(before).toBe('up')
  expect(stateOf(A)).toMatchObject({ state: 'resting', restMs: 1000, reason: LOST.reason })
  // From here on the lane rests as well.
  expect([third, after]).toEqual([
    { kind: 'unsent', reason: LOST.reason },
    { kind: 'unsent', reason: LOST.reason },
  ])
})

test('a mail that was taken in between says that the relay is well', async () => {
  const { send, pool, stateOf } = openRelays(ONE)

  for (const number of [1, 2, 3, 4, 5, 6]) {
    pool(A).act = number % 2 === 0 ? ACCEPTED : LOST
    await send(to(number))
  }

  expect(stateOf(A)?.state).toBe('up')
})

test('a mail whose connection died goes over the next relay, and a relay that is away is not this mail’s trouble', async () => {
  const { send, pool, counts } = openRelays(`smtp://${A} smtp://${B}`)
  pool(A).act = LOST
  pool(B).act = ACCEPTED

  const taken = await send(to(1))
  pool(B).act = REFUSED
  const lost = await send(to(2))

  expect(taken).toEqual(ACCEPTED)
  expect(counts()[B]).toBeGreaterThanOrEqual(1)
  expect(lost).toMatchObject({ kind: 'unsent', offered: true })
})

test('a relay at rest whose trying mail loses its connection rests longer', async () => {
  const { send, pool, stateOf, wait } = openRelays(ONE)
  pool(A).act = REFUSED
  await send(to(1))
  wait(1000)
  pool(A).act = LOST

  await send(to(2))

  expect(stateOf(A)).toMatchObject({ state: 'resting', restMs: 2000 })
})
