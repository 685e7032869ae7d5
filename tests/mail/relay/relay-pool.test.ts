import { describe, expect, test } from 'vitest'

import { at, greylisting } from '../../support/fake-relay.ts'
import { poolTo, relay } from './pool-fixture.ts'

describe('calling a mail back', () => {
  test('before it begins: rejects with the reason, and nothing was handed over', async () => {
    const fake = await relay({ script: at('rcpt', 'hang') })
    const { send, begun } = poolTo(fake)
    const stop = new AbortController()
    const reached = fake.reached('rcpt')

    const sending = send({ signal: stop.signal })
    await reached
    stop.abort(new Error('stopped'))

    await expect(sending).rejects.toThrow('stopped')
    expect(begun).toEqual([])
    expect(fake.partial).toEqual([])
  })

  test('while it waits for a connection: rejects, and the next mail goes out', async () => {
    const answer = Promise.withResolvers<void>()
    const fake = await relay({ script: at('greeting', { after: answer.promise }) })
    const { send } = poolTo(fake)
    const stop = new AbortController()

    const sending = [send({ signal: stop.signal }), send({ signal: stop.signal })]
    stop.abort(new Error('stopped'))
    const results = await Promise.allSettled(sending)
    answer.resolve()
    const outcome = await send()

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(outcome.kind).toBe('accepted')
    expect(fake.sessions).toBe(1)
  })

  test('after it began: it is finished', async () => {
    const answer = Promise.withResolvers<void>()
    const fake = await relay({ script: at('dot', { after: answer.promise }) })
    const { send } = poolTo(fake)
    const stop = new AbortController()
    const reached = fake.reached('dot')

    const sending = send({ signal: stop.signal })
    await reached
    stop.abort()
    answer.resolve()

    expect((await sending).kind).toBe('accepted')
    expect(fake.mails).toHaveLength(1)
  })

  test('before it was given: rejects without a connection', async () => {
    const fake = await relay()

    const sending = poolTo(fake).send({ signal: AbortSignal.abort(new Error('stopped')) })

    await expect(sending).rejects.toThrow('stopped')
    expect(fake.sessions).toBe(0)
  })
})

describe('connections', () => {
  test('no more are open than allowed, and every mail gets its turn', async () => {
    const fake = await relay()
    const { send } = poolTo(fake, { connections: 3 })

    const outcomes = await Promise.all(Array.from({ length: 60 }, () => send()))

    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
    expect(fake.mails).toHaveLength(60)
    expect(fake.sessions).toBe(3)
    expect(fake.doubled()).toBe(0)
  })

  test('one that the relay does not give leaves the mails to the others', async () => {
    const fake = await relay({ atOnce: 1 })
    const { send, pool } = poolTo(fake, { connections: 4 })
    await send()

    const outcomes = await Promise.all(Array.from({ length: 20 }, () => send()))

    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
    expect(pool.stats().open).toBe(1)
  })

  test('one ends after its number of mails', async () => {
    const fake = await relay()
    const { send } = poolTo(fake, { mailsPerConnection: 10 })

    await Promise.all(Array.from({ length: 31 }, () => send()))

    expect(fake.mails).toHaveLength(31)
    expect(fake.sessions).toBe(4)
  })

  test('one without work says goodbye', async () => {
    const fake = await relay()
    const { send, pool } = poolTo(fake, { timeouts: { idle: 20 } })

    await send()
    while (pool.stats().open > 0) await new Promise((resolve) => setTimeout(resolve, 10))

    expect(fake.commands.at(-1)).toBe('QUIT')
    expect((await send()).kind).toBe('accepted')
    expect(fake.sessions).toBe(2)
  })

  test('one that the relay closes between two mails is replaced', async () => {
    const fake = await relay()
    const { send, pool } = poolTo(fake)

    await send()
    fake.dropAll()
    while (pool.stats().open > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const outcome = await send()

    expect(outcome.kind).toBe('accepted')
    expect(fake.mails).toHaveLength(2)
  })

  test('fewer are kept when fewer are wanted, more are opened when more are', async () => {
    const fake = await relay()
    const { send, pool } = poolTo(fake, { connections: 4 })
    const several = (): Promise<unknown> => Promise.all(Array.from({ length: 40 }, () => send()))

    await several()
    const before = pool.stats().open
    pool.connections = 1
    await several()
    while (pool.stats().open > 1) await new Promise((resolve) => setTimeout(resolve, 5))
    pool.connections = 2
    await several()

    expect(before).toBe(4)
    expect(pool.stats().open).toBe(2)
    expect(fake.mails).toHaveLength(120)
  })
})

describe('priorities', () => {
  test('a free connection takes the most urgent mail that waits', async () => {
    const answer = Promise.withResolvers<void>()
    const fake = await relay({ script: at('greeting', { after: answer.promise }) })
    const { send, begun } = poolTo(fake)

    const sending = [
      send({ id: 'digest 1' }),
      send({ id: 'digest 2' }),
      send({ id: 'alert', priority: 'alert' }),
      send({ id: 'confirmation', priority: 'confirmation' }),
    ]
    answer.resolve()
    await Promise.all(sending)

    expect(begun).toEqual(['confirmation', 'alert', 'digest 1', 'digest 2'])
  })

  test('digests leave the reserved connections alone, and an alert gets one at once', async () => {
    const fake = await relay({
      script: ({ stage, to }) => (stage === 'dot' && to.startsWith('slow') ? 'hang' : undefined),
    })
    const { send, pool } = poolTo(fake, { connections: 3, reserved: 1, drainMs: 10 })
    const digests = Array.from({ length: 6 }, () => send({ to: 'slow@example.net' }))
    while (fake.mails.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))

    const alert = await send({ priority: 'alert' })

    expect(alert.kind).toBe('accepted')
    expect(pool.stats()).toMatchObject({ open: 3, busy: 2 })
    expect([pool.capacity('digest'), pool.capacity('alert')]).toEqual([4, 6])
    await pool[Symbol.asyncDispose]()
    await Promise.allSettled(digests)
  })
})

test('a greylisted reader is deferred, and taken the second time', async () => {
  const fake = await relay({ script: greylisting() })
  const { send } = poolTo(fake)

  const first = await send()
  const second = await send()

  expect([first.kind, second.kind]).toEqual(['deferred', 'accepted'])
})

describe('disposal', () => {
  test('waits for a mail on its way', async () => {
    const answer = Promise.withResolvers<void>()
    const fake = await relay({ script: at('dot', { after: answer.promise }) })
    const { pool, send } = poolTo(fake)
    const reached = fake.reached('dot')

    const sending = send()
    await reached
    const disposal = pool[Symbol.asyncDispose]()
    answer.resolve()

    expect((await sending).kind).toBe('accepted')
    await disposal
    expect(await send()).toMatchObject({ kind: 'unsent' })
  })

  test('gives up on a relay that hangs: what began is uncertain, the rest unsent', async () => {
    const fake = await relay({ script: at('dot', 'hang') })
    const { pool, send } = poolTo(fake, { drainMs: 20 })
    const reached = fake.reached('dot')

    const sending = [send(), send(), send()]
    await reached
    await pool[Symbol.asyncDispose]()

    const outcomes = await Promise.all(sending)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['uncertain', 'unsent', 'unsent'])
  })

  test('does not wait for a connection that is being opened', async () => {
    const fake = await relay({ script: at('greeting', 'hang') })
    const { pool, send } = poolTo(fake, { drainMs: 20 })
    const reached = fake.reached('greeting')

    const sending = send()
    await reached
    await pool[Symbol.asyncDispose]()

    expect((await sending).kind).toBe('unsent')
  })
})
