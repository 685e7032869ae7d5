import { describe, expect, test } from 'vitest'

import type { Outcome } from '#mail/outcome.ts'
import type { Act, Stage } from '../../support/fake-session.ts'
import { hasty, MODES, poolTo, relay } from './pool-fixture.ts'

type Row = [stage: Stage, act: Act, outcome: Partial<Outcome>, arrived: number]

const accepted = { kind: 'accepted' } as const
const unsent = { kind: 'unsent' } as const
const uncertain = { kind: 'uncertain' } as const
const deferred = (code: number) => ({ kind: 'deferred', code }) as const
const rejected = (code: number, blame: 'recipient' | 'sender') =>
  ({ kind: 'rejected', code, blame }) as const

/** What becomes of the second mail of a warm connection. An untouched one goes out over another connection. */
const ROWS: Row[] = [
  ['mail', 'drop', accepted, 1],
  ['mail', 'hang', unsent, 0],
  ['mail', 'garbage', accepted, 1],
  ['mail', '421 4.7.0 Slow down', deferred(421), 0],
  ['mail', { reply: '421 4.3.2 Closing', thenDrop: true }, deferred(421), 0],
  ['mail', '451 4.3.0 Later', deferred(451), 0],
  ['mail', '550 5.1.1 user unknown', rejected(550, 'sender'), 0],
  ['mail', '503 5.5.1 Nested MAIL', accepted, 1],
  ['mail', '250 2.1.0 Ok\r\n250 2.1.0 Ok', accepted, 1],
  ['mail', '354 What?', accepted, 1],
  ['rcpt', 'drop', accepted, 1],
  ['rcpt', 'hang', unsent, 0],
  ['rcpt', 'garbage', accepted, 1],
  ['rcpt', '421 4.7.0 Too many', deferred(421), 0],
  ['rcpt', '450 4.2.0 Greylisted', deferred(450), 0],
  ['rcpt', '550 5.1.1 user unknown', rejected(550, 'recipient'), 0],
  ['rcpt', '554 5.7.1 Relaying denied', rejected(554, 'sender'), 0],
  ['rcpt', { reply: '550 5.1.1 user unknown', thenDrop: true }, rejected(550, 'recipient'), 0],
  ['rcpt', '503 5.5.1 Need MAIL', accepted, 1],
  ['rcpt', '250 2.1.5 Ok\r\n250 2.1.5 Ok', accepted, 1],
  ['data', 'drop', accepted, 1],
  ['data', 'hang', unsent, 0],
  ['data', 'garbage', accepted, 1],
  ['data', '421 4.7.0 Slow down', deferred(421), 0],
  ['data', '451 4.3.0 Later', deferred(451), 0],
  ['data', '554 5.5.1 No', rejected(554, 'sender'), 0],
  ['data', '503 5.5.1 Need RCPT', accepted, 1],
  ['data', '250 2.0.0 Ok', accepted, 1],
  ['data', '354 Go\r\n250 2.0.0 Ok', accepted, 1],
  ['body', 'drop', uncertain, 0],
  ['body', 'hang', uncertain, 0],
  ['body', 'garbage', uncertain, 1],
  ['dot', 'drop', uncertain, 1],
  ['dot', 'hang', uncertain, 1],
  ['dot', 'garbage', uncertain, 1],
  ['dot', '354 What?', uncertain, 1],
  ['dot', '421 4.3.2 Closing', deferred(421), 1],
  ['dot', '452 4.3.1 Disk full', deferred(452), 1],
  ['dot', '550 5.7.26 Unauthenticated', rejected(550, 'sender'), 1],
  ['dot', '550 5.1.1 user unknown', rejected(550, 'recipient'), 1],
  ['dot', { reply: '250 2.0.0 Ok', thenDrop: true }, accepted, 1],
  ['dot', '250 2.0.0 Ok\r\n250 2.0.0 Ok', accepted, 1],
]

describe.each(MODES)('%s', (_, { extensions, settings }) => {
  test.each(ROWS)('%s: %o gives %o, and its neighbours arrive once', async (...row) => {
    const [stage, act, outcome, arrived] = row
    const fake = await relay({
      extensions,
      script: (now) =>
        now.session === 1 && now.mail === 2 && now.stage === stage ? act : undefined,
    })
    const { send, begun } = poolTo(fake, {
      ...settings,
      ...(act === 'hang' && { timeouts: hasty }),
    })
    const ids = ['1', '2', '3', '4', '5']

    const outcomes = await Promise.all(ids.map((id) => send({ id, to: `reader${id}@example.net` })))

    const kinds = outcomes.map(({ kind }) => kind)
    expect(outcomes[1]).toMatchObject(outcome)
    expect(kinds.toSpliced(1, 1)).toEqual(Array(4).fill('accepted'))
    const arrivals = ids.map((id) => fake.mails.filter((mail) => mail.id === `<${id}>`).length)
    expect(arrivals).toEqual([1, arrived, 1, 1, 1])
    expect(new Set(begun).size).toBe(begun.length)
  })

  const CONNECTING: [stage: Stage, act: Act, reason: RegExp][] = [
    ['greeting', 'drop', /closed/i],
    ['greeting', 'hang', /does not answer/],
    ['greeting', 'garbage', /what/],
    ['greeting', '421 4.3.2 Busy', /421 4\.3\.2 Busy/],
    ['greeting', '554 No service for you', /554 No service/],
    ['ehlo', 'drop', /closed/i],
    ['ehlo', 'hang', /does not answer/],
    ['ehlo', '421 4.3.2 Closing', /421 4\.3\.2 Closing/],
    ['ehlo', { reply: '550 Go away', thenDrop: true }, /closed|550/i],
  ]

  test.each(CONNECTING)('%s: %o leaves all mails unsent', async (stage, act, reason) => {
    const fake = await relay({
      extensions,
      script: (now) => (now.stage === stage ? act : undefined),
    })
    const { send, begun } = poolTo(fake, {
      ...settings,
      ...(act === 'hang' && { timeouts: hasty }),
    })

    const outcomes = await Promise.all([send(), send()])

    for (const outcome of outcomes) {
      expect(outcome).toEqual({ kind: 'unsent', reason: expect.stringMatching(reason) })
    }
    expect(begun).toEqual([])
    expect(fake.commands.some((line) => line.startsWith('MAIL'))).toBe(false)
  })
})

describe.each(['halves', 'bytes'] as const)('replies in %s', (pieces) => {
  test.each(MODES)('are read as whole ones: %s', async (_, { extensions, settings }) => {
    const fake = await relay({
      extensions,
      pieces,
      script: ({ stage, to }) =>
        stage === 'rcpt' && to === 'gone@example.net'
          ? '550-5.1.1 user\r\n550 5.1.1 unknown'
          : undefined,
    })
    const { send } = poolTo(fake, settings)

    const outcomes = await Promise.all([send(), send({ to: 'gone@example.net' }), send()])

    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'rejected', 'accepted'])
    expect(outcomes[1]).toMatchObject({ reply: '550-5.1.1 user 550 5.1.1 unknown' })
    expect(fake.mails).toHaveLength(2)
  })
})
