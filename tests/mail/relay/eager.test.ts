import { describe, expect, test } from 'vitest'

import { at, closingAfter } from '../../support/fake-relay.ts'
import { lines, poolTo, relay } from './pool-fixture.ts'

test('the next envelope is with the relay before the mail is answered, and its body is not', async () => {
  const answer = Promise.withResolvers<void>()
  const fake = await relay({
    script: ({ stage, mail }) =>
      stage === 'dot' && mail === 1 ? { after: answer.promise } : undefined,
  })
  const { send, begun } = poolTo(fake)
  const dot = fake.reached('dot')

  const sending = [send({ id: '1' }), send({ id: '2', to: 'second@example.net' })]
  await dot
  const before = [...begun]
  answer.resolve()
  const outcomes = await Promise.all(sending)

  expect(before).toEqual(['1'])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted'])
  expect(fake.commands.slice(1)).toEqual([
    'MAIL FROM:<news@example.org> SIZE=52',
    'RCPT TO:<reader@example.net>',
    'DATA',
    'MAIL FROM:<news@example.org> SIZE=52',
    'RCPT TO:<second@example.net>',
    'DATA',
  ])
  expect(fake.sessions).toBe(1)
})

test('a mail that comes while another is being answered is offered at once', async () => {
  const answer = Promise.withResolvers<void>()
  const fake = await relay({
    script: ({ stage, mail }) =>
      stage === 'dot' && mail === 1 ? { after: answer.promise } : undefined,
  })
  const { pool, send, begun } = poolTo(fake)
  const dot = fake.reached('dot')
  const first = send()
  await dot
  const second = send()
  const data = fake.reached('data')

  const before = begun.length
  answer.resolve()
  await data
  const outcomes = await Promise.all([first, second])

  expect(before).toBe(1)
  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted'])
  expect(pool.stats()).toMatchObject({ open: 1, accepted: 2, eager: true })
})

test('the mails behind a refused one go out, and the refused one leaves no trace', async () => {
  const fake = await relay({
    script: ({ stage, to }) =>
      stage === 'rcpt' && to.startsWith('gone') ? '550 5.1.1 user unknown' : undefined,
  })
  const { send } = poolTo(fake)
  const to = ['a', 'gone1', 'gone2', 'b', 'gone3', 'c'].map((name) => `${name}@example.net`)

  const outcomes = await Promise.all(to.map((address) => send({ to: address })))

  const kinds = outcomes.map(({ kind }) => kind)
  expect(kinds).toEqual(['accepted', 'rejected', 'rejected', 'accepted', 'rejected', 'accepted'])
  expect(fake.mails.map((mail) => mail.to)).toEqual([to[0], to[3], to[5]])
  expect(fake.sessions).toBe(1)
})

test('a 354 without a recipient is answered by a lone dot, and its 250 is not counted', async () => {
  const fake = await relay({
    script: ({ stage, to, mail }) => {
      if (stage === 'rcpt' && to.startsWith('gone')) return '550 5.1.1 user unknown'
      return stage === 'data' && mail === 2 ? '354 Go on' : undefined
    },
  })
  const { pool, send, begun } = poolTo(fake)

  const outcomes = await Promise.all([send(), send({ to: 'gone@example.net' }), send()])

  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'rejected', 'accepted'])
  expect(fake.bodies.map((body) => body === '')).toEqual([false, true, false])
  expect(begun).toHaveLength(2)
  expect(pool.stats().accepted).toBe(2)
  expect(lines.join('')).toContain('an empty mail without recipients')
})

describe('after the 354 a mail is only taken back with its connection', () => {
  test('when begun throws, no byte of the body leaves and the next mail takes another connection', async () => {
    const fake = await relay()
    const { send } = poolTo(fake)
    let calls = 0
    const begun = (): void => {
      calls += 1
      throw new Error('the reader has left')
    }

    const outcomes = await Promise.all([send(), send({ begun }), send()])

    expect(outcomes[1]).toEqual({ kind: 'unsent', reason: 'the reader has left' })
    expect([outcomes[0]?.kind, outcomes[2]?.kind]).toEqual(['accepted', 'accepted'])
    expect(calls).toBe(1)
    expect(fake.mails).toHaveLength(2)
    expect(fake.partial).toEqual([])
    expect(fake.sessions).toBe(2)
  })

  test('one called back behind another waits for that one’s answer', async () => {
    const answer = Promise.withResolvers<void>()
    const fake = await relay({
      script: ({ stage, mail }) =>
        stage === 'dot' && mail === 1 ? { after: answer.promise } : undefined,
    })
    const { send, begun } = poolTo(fake)
    const stop = new AbortController()
    const dot = fake.reached('dot')

    const first = send({ id: '1' })
    const second = send({ id: '2', signal: stop.signal })
    await dot
    stop.abort(new Error('stopped'))
    await expect(second).rejects.toThrow('stopped')
    answer.resolve()
    const outcome = await first
    const third = await send({ id: '3' })

    expect([outcome.kind, third.kind]).toEqual(['accepted', 'accepted'])
    expect(begun).toEqual(['1', '3'])
    expect(fake.mails).toHaveLength(2)
    expect(fake.partial).toEqual([])
  })
})

test.each([
  ['421', closingAfter(2)],
  ['503', at('mail', '503 5.5.1 Bad sequence')],
  ['a reply nobody asked for', at('data', '354 Go\r\n250 Ok')],
  ['what is not SMTP', at('dot', 'garbage')],
])('after %s nothing is offered ahead any more, which is logged once', async (_, script) => {
  let misbehaving = true
  const fake = await relay({ script: (now) => (misbehaving ? script(now) : undefined) })
  const { pool, send } = poolTo(fake)

  await Promise.all([send(), send(), send(), send()])
  misbehaving = false
  const outcome = await send()

  expect(outcome.kind).toBe('accepted')
  expect(pool.stats().eager).toBe(false)
  expect(lines.filter((line) => line.includes('ahead of its turn'))).toHaveLength(1)
  expect(fake.doubled()).toBe(0)
})

test('a mail that lost two connections is unsent', async () => {
  const fake = await relay({
    script: ({ stage, to }) => (stage === 'rcpt' && to.startsWith('bad') ? 'drop' : undefined),
  })
  const { send } = poolTo(fake)

  const outcomes = await Promise.all([send(), send({ to: 'bad@example.net' }), send()])

  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'unsent', 'accepted'])
})

test('a relay that closes after every mail gets each mail once', async () => {
  const fake = await relay({ script: at('dot', { reply: '250 2.0.0 Ok', thenDrop: true }) })
  const { send } = poolTo(fake, { connections: 3 })

  const outcomes = await Promise.all(Array.from({ length: 20 }, () => send()))

  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
  expect(fake.mails).toHaveLength(20)
  expect(fake.doubled()).toBe(0)
})
