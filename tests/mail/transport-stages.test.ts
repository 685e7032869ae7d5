import { describe, expect, test } from 'vitest'

import type { Outcome } from '#mail/outcome.ts'
import type { Act, Stage } from './fake-smtp.ts'
import { at, relay, transportTo } from './relay-fixture.ts'

type Row = [stage: Stage, act: Act, outcome: Partial<Outcome>, begun: number, bodies: number]
const unsent = { kind: 'unsent' } as const
const uncertain = { kind: 'uncertain' } as const
const deferred = (code: number) => ({ kind: 'deferred', code }) as const
const rejected = (code: number, blame: 'recipient' | 'sender') =>
  ({ kind: 'rejected', code, blame }) as const

const ROWS: Row[] = [
  ['greeting', 'drop', unsent, 0, 0],
  ['greeting', 'hang', unsent, 0, 0],
  ['greeting', '421 4.3.2 Busy', deferred(421), 0, 0],
  ['greeting', '554 No service for you', rejected(554, 'sender'), 0, 0],
  ['ehlo', 'drop', unsent, 0, 0],
  ['ehlo', 'hang', unsent, 0, 0],
  ['ehlo', '421 4.3.2 Closing', deferred(421), 0, 0],
  ['ehlo', { reply: '550 Go away', thenDrop: true }, unsent, 0, 0],
  ['mail', 'drop', unsent, 0, 0],
  ['mail', 'hang', unsent, 0, 0],
  ['mail', '421 4.7.0 Slow down', deferred(421), 0, 0],
  ['mail', '451 4.3.0 Later', deferred(451), 0, 0],
  ['mail', '550 5.1.1 user unknown', rejected(550, 'sender'), 0, 0],
  ['mail', '503 5.5.1 Nested MAIL', unsent, 0, 0],
  ['rcpt', 'drop', unsent, 0, 0],
  ['rcpt', 'hang', unsent, 0, 0],
  ['rcpt', '421 4.7.0 Too many', deferred(421), 0, 0],
  ['rcpt', '450 4.2.0 Greylisted', deferred(450), 0, 0],
  ['rcpt', '550 5.1.1 user unknown', rejected(550, 'recipient'), 0, 0],
  ['rcpt', '554 5.7.1 Relaying denied', rejected(554, 'sender'), 0, 0],
  ['data', 'drop', unsent, 0, 0],
  ['data', 'hang', unsent, 0, 0],
  ['data', '451 4.3.0 Later', deferred(451), 0, 0],
  ['data', '554 5.5.1 No', rejected(554, 'sender'), 0, 0],
  ['body', 'drop', uncertain, 1, 0],
  ['body', 'hang', uncertain, 1, 0],
  ['dot', 'drop', uncertain, 1, 1],
  ['dot', 'hang', uncertain, 1, 1],
  ['dot', '421 4.3.2 Closing', deferred(421), 1, 1],
  ['dot', '452 4.3.1 Disk full', deferred(452), 1, 1],
  ['dot', '550 5.7.26 Unauthenticated', rejected(550, 'sender'), 1, 1],
  ['dot', '550 5.1.1 user unknown', rejected(550, 'recipient'), 1, 1],
  ['dot', '250 2.0.0 Ok: queued as 4F3A21', { kind: 'accepted', relayId: '4F3A21' }, 1, 1],
]

describe.each([
  ['with pipelining', ['PIPELINING']],
  ['without pipelining', ['8BITMIME']],
])('%s', (_, extensions) => {
  test.each(ROWS)('%s: %o gives %o', async (...row) => {
    const [stage, act, outcome, begun, bodies] = row
    const fake = await relay({ script: at(stage, act), extensions })
    const sender = transportTo(fake)

    const result = await sender.send()

    expect(result).toMatchObject(outcome)
    expect(sender.begun()).toBe(begun)
    expect(fake.bodies).toHaveLength(bodies)
    expect(fake.commands.filter((line) => line.startsWith('MAIL')).length).toBeLessThanOrEqual(1)
  })
})
