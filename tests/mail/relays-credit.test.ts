import { expect, test } from 'vitest'

import { ACCEPTED, openRelays, REFUSED, times } from './relays-fixture.ts'

const A = 'a.example.org'
const B = 'b.example.org'
const LIMITED = 'smtp://a.example.org?rate=14&hourly=500 smtp://b.example.org?daily=9'

test('a limited relay names its limits, and sends nothing without credit', async () => {
  const { relays, send, counts } = openRelays(LIMITED)

  const outcome = await send()

  expect(relays.limits()).toEqual([
    { name: A, rate: 14, hourly: 500, daily: null, share: 0.5, credit: 0 },
    { name: B, rate: null, hourly: null, daily: 9, share: 0.5, credit: 0 },
  ])
  expect(relays.credit()).toBe(0)
  expect(outcome).toEqual({ kind: 'unsent', reason: `the limit of relay ${A} is used up` })
  expect(counts()).toEqual({ [A]: 0, [B]: 0 })
})

test('a mail takes a credit of the relay that carries it', async () => {
  const { relays, send, counts } = openRelays(LIMITED)
  relays.addCredit(A, 2)
  relays.addCredit(B, 5)

  await times(6, send)
  expect(relays.credit()).toBe(1)
  expect(counts()).toEqual({ [A]: 2, [B]: 4 })

  await times(2, send)
  expect(counts()).toEqual({ [A]: 2, [B]: 5 })
})

test('a mail that was not begun gives its credit back', async () => {
  const { relays, send, pool } = openRelays('smtp://a.example.org?rate=1')
  relays.addCredit(A, 1)

  pool(A).act = { kind: 'deferred', code: 451, reply: '451 Later' }
  await send()
  await expect(send({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
  expect(relays.credit()).toBe(1)

  pool(A).act = ACCEPTED
  await send()
  expect(relays.credit()).toBe(0)
})

test('a relay without limits has all the credit there is, while it is up', async () => {
  const { relays, send, pool, counts } = openRelays(
    'smtp://a.example.org?rate=5 smtp://b.example.org',
  )
  expect(relays.credit()).toBe(Infinity)
  await times(3, send)
  expect(counts()).toEqual({ [A]: 0, [B]: 3 })

  pool(B).act = REFUSED
  await send()
  relays.addCredit(A, 7)

  expect(relays.credit()).toBe(7)
})

test('where no limited relay is up, the buckets of all are asked, so that a mail can find out which is back', async () => {
  const { relays, send, pool, wait } = openRelays('smtp://a.example.org?rate=5')
  relays.addCredit(A, 1)
  pool(A).act = REFUSED
  await send()
  wait(1000)
  pool(A).act = ACCEPTED

  expect(relays.limits()).toHaveLength(1)
  expect(relays.credit()).toBe(1)
  expect(await send()).toEqual(ACCEPTED)
  expect(relays.credit()).toBe(0)
})

test('a digest that finds out if a limited relay is back is owed to its limit', async () => {
  const { relays, send, pool, wait, stateOf } = openRelays(
    'smtp://a.example.org?rate=5 smtp://b.example.org',
  )
  relays.addCredit(A, 1)
  pool(A).act = REFUSED
  await times(2, send)
  expect(stateOf(A)?.state).toBe('resting')
  relays.addCredit(A, -1)
  wait(1000)
  pool(A).act = ACCEPTED

  await send()
  expect(stateOf(A)?.state).toBe('up')
  relays.addCredit(A, 3)

  pool(B).act = REFUSED
  await send()
  expect(relays.credit()).toBe(1)
})
