import { describe, expect, test } from 'vitest'

import { at, relay, transportTo } from './relay-fixture.ts'

describe('calling a mail back', () => {
  test('before it begins: rejects with the reason, and nothing was handed over', async () => {
    const fake = await relay({ script: at('rcpt', 'hang') })
    const sender = transportTo(fake)
    const stop = new AbortController()
    const reached = fake.reached('rcpt')

    const sending = sender.send({ signal: stop.signal })
    await reached
    stop.abort(new Error('stopped'))

    await expect(sending).rejects.toThrow('stopped')
    expect(sender.begun()).toBe(0)
    expect(fake.partial).toEqual([])
  })

  test('while it connects or waits for a connection: rejects, and the next mail goes out', async () => {
    const answer = Promise.withResolvers<void>()
    const fake = await relay({ script: at('greeting', { after: answer.promise }) })
    const sender = transportTo(fake)
    const stop = new AbortController()

    const connecting = sender.send({ signal: stop.signal })
    const waiting = sender.send({ signal: stop.signal })
    stop.abort(new Error('stopped'))
    const results = await Promise.allSettled([connecting, waiting])
    answer.resolve()
    const outcome = await sender.send()

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(outcome.kind).toBe('accepted')
    expect(fake.sessions).toBe(1)
  })

  test('after it began: uncertain', async () => {
    const fake = await relay({ script: at('dot', 'hang') })
    const sender = transportTo(fake)
    const stop = new AbortController()
    const reached = fake.reached('dot')

    const sending = sender.send({ signal: stop.signal })
    await reached
    stop.abort()

    expect((await sending).kind).toBe('uncertain')
    expect(sender.begun()).toBe(1)
  })

  test('before it was given: rejects without a connection', async () => {
    const fake = await relay()

    const sending = transportTo(fake).send({ signal: AbortSignal.abort(new Error('stopped')) })

    await expect(sending).rejects.toThrow('stopped')
    expect(fake.sessions).toBe(0)
  })
})

describe('international addresses', () => {
  test('a non-ASCII local part is refused when the relay does not announce SMTPUTF8', async () => {
    const fake = await relay()
    const sender = transportTo(fake)

    const outcome = await sender.send({ to: 'jõgeva@example.ee' })

    expect(outcome).toMatchObject({ kind: 'rejected', blame: 'recipient' })
    expect(outcome).toMatchObject({ reply: 'the relay does not take international addresses' })
    expect(fake.commands.some((line) => line.startsWith('MAIL'))).toBe(false)
    expect((await sender.send()).kind).toBe('accepted')
    expect(fake.sessions).toBe(1)
  })

  test('a non-ASCII local part is sent when the relay announces SMTPUTF8', async () => {
    const fake = await relay({ extensions: ['SMTPUTF8'] })

    const outcome = await transportTo(fake).send({ to: 'jõgeva@example.ee' })

    expect(outcome.kind).toBe('accepted')
    expect(fake.commands.find((line) => line.startsWith('MAIL'))).toContain('SMTPUTF8')
  })

  test('a non-ASCII domain goes out as an A-label', async () => {
    const fake = await relay()

    await transportTo(fake).send({ to: 'info@jõgeva.ee' })

    expect(fake.commands).toContain('RCPT TO:<info@xn--jgeva-dua.ee>')
  })

  test.each(['a@b>\r\nRCPT TO:<c@d', 'no-at-sign', 'a b@example.org', ''])(
    'what is not an address (%j) never reaches the relay',
    async (to) => {
      const fake = await relay()

      const outcome = await transportTo(fake).send({ to })

      expect(outcome).toMatchObject({ kind: 'rejected', blame: 'recipient' })
      expect(fake.sessions).toBe(0)
    },
  )
})
