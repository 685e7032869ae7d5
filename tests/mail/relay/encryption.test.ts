import { describe, expect, test } from 'vitest'

import { verifyRelay } from '#mail/relay/relay-pool.ts'
import { certificate } from '../../support/certificate.ts'
import { at, type FakeRelay } from '../../support/fake-relay.ts'
import { addressOf, hasty, log, poolTo, relay } from './pool-fixture.ts'

const trusting = { ca: certificate.cert }
const starttls = (fake: FakeRelay) => ({ ...addressOf(fake), starttls: 'required' as const })
const withLogin = (fake: FakeRelay) => ({
  ...addressOf(fake),
  login: { user: 'user', pass: 'pass' },
})

describe.each(['starttls', 'always'] as const)('TLS (%s)', (tls) => {
  test('carries mails in both directions, offered ahead as without it', async () => {
    const fake = await relay({ tls })
    const { pool, send } = poolTo(fake, {
      relay: tls === 'starttls' ? starttls(fake) : addressOf(fake),
      tls: trusting,
      connections: 2,
    })

    const outcomes = await Promise.all(Array.from({ length: 60 }, () => send({ size: 90_000 })))

    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
    expect(fake.mails).toHaveLength(60)
    expect(fake.doubled()).toBe(0)
    expect(pool.stats()).toMatchObject({ accepted: 60, eager: true })
  })

  test('a body in several pieces is answered after its end', async () => {
    const fake = await relay({ tls })
    const { send } = poolTo(fake, {
      relay: tls === 'starttls' ? starttls(fake) : addressOf(fake),
      tls: trusting,
    })

    const outcomes = await Promise.all(Array.from({ length: 10 }, () => send({ size: 300_000 })))

    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
  })

  test('to a relay that nobody vouches for carries none', async () => {
    const fake = await relay({ tls })
    const { send } = poolTo(fake, {
      relay: tls === 'starttls' ? starttls(fake) : addressOf(fake),
    })

    const outcome = await send()

    expect(outcome).toMatchObject({ kind: 'unsent', reason: expect.stringMatching(/certificate/) })
    expect(fake.commands.some((line) => line.startsWith('MAIL'))).toBe(false)
  })
})

test.each([
  ['is not offered', undefined],
  ['is refused', at('starttls', '454 4.7.0 TLS not available')],
  ['is garbage', at('starttls', 'garbage')],
  ['drops the connection', at('starttls', 'drop')],
  ['hangs', at('starttls', 'hang')],
] as const)('without TLS nothing is sent when STARTTLS %s', async (_, script) => {
  const fake = await relay(script && { tls: 'starttls', script })
  const { send } = poolTo(fake, { relay: starttls(fake), tls: trusting, timeouts: hasty })

  const outcome = await send()

  expect(outcome.kind).toBe('unsent')
  expect(fake.commands.some((line) => line.startsWith('MAIL'))).toBe(false)
})

describe('a login', () => {
  test('that the relay takes comes before the first mail', async () => {
    const fake = await relay({
      extensions: ['PIPELINING', 'AUTH PLAIN'],
      script: at('auth', '235 2.7.0 Welcome'),
    })

    const outcome = await poolTo(fake, { relay: withLogin(fake) }).send()

    expect(outcome.kind).toBe('accepted')
    expect(fake.commands[1]).toMatch(/^AUTH PLAIN/)
    expect(fake.commands[2]).toMatch(/^MAIL/)
  })

  test.each([
    ['refuses', '535 5.7.8 Wrong password', /535 5\.7\.8 Wrong password/],
    ['puts off', '454 4.7.0 Later', /454 4\.7\.0 Later/],
    ['drops', 'drop', /closed/i],
    ['leaves without an answer', 'hang', /does not answer/],
  ] as const)(
    'that the relay %s leaves the mail unsent, with the reason',
    async (_, act, reason) => {
      const fake = await relay({ extensions: ['AUTH PLAIN'], script: at('auth', act) })

      const outcome = await poolTo(fake, { relay: withLogin(fake), timeouts: hasty }).send()

      expect(outcome).toEqual({ kind: 'unsent', reason: expect.stringMatching(reason) })
    },
  )

  test('that the relay does not offer is not tried', async () => {
    const fake = await relay()

    const outcome = await poolTo(fake, { relay: withLogin(fake) }).send()

    expect(outcome.kind).toBe('unsent')
    expect(fake.commands.some((line) => line.startsWith('AUTH'))).toBe(false)
  })
})

test('a healthy relay verifies without a word, a refusing one with its reply', async () => {
  const healthy = await relay()
  const refusing = await relay({ script: at('greeting', '554 5.7.1 Not you') })
  const settings = { name: 'mail.example.org', connections: 1, log }

  const reasons = await Promise.all(
    [healthy, refusing].map((fake) => verifyRelay({ ...settings, relay: addressOf(fake) })),
  )

  expect(reasons).toEqual([undefined, expect.stringContaining('554 5.7.1 Not you')])
})
