import { describe, expect, test } from 'vitest'

import { at } from '../../support/fake-relay.ts'
import { body, hasty, LARGE, poolTo, relay } from './pool-fixture.ts'

test('the body arrives as given', async () => {
  const fake = await relay()

  await poolTo(fake).send({ id: '1' })

  expect(`${fake.bodies[0]}\r\n`).toBe(body('1').toString())
})

test('begun comes after the 354, not before', async () => {
  const answer = Promise.withResolvers<void>()
  const fake = await relay({ script: at('data', { after: answer.promise }) })
  const { send, begun } = poolTo(fake)
  const data = fake.reached('data')

  const sending = send()
  await data
  const before = begun.length
  answer.resolve()
  await sending

  expect([before, begun.length]).toEqual([0, 1])
})

describe('a large body', () => {
  test('arrives whole', async () => {
    const fake = await relay()

    const outcome = await poolTo(fake).send({ id: '1', size: 3_000_000 })

    expect(outcome.kind).toBe('accepted')
    expect(fake.bodies[0]).toHaveLength(body('1', 3_000_000).length - 2)
  })

  test('that loses its connection is uncertain', async () => {
    const fake = await relay({ script: at('body', 'drop') })

    const outcome = await poolTo(fake).send({ size: LARGE })

    expect(outcome.kind).toBe('uncertain')
    expect(fake.mails).toHaveLength(0)
  })

  test('that nobody reads any more is uncertain', async () => {
    const fake = await relay()
    const { send } = poolTo(fake, { timeouts: hasty })

    const outcome = await send({ size: LARGE, begun: () => fake.pause() })

    expect(outcome).toMatchObject({
      kind: 'uncertain',
      reason: expect.stringContaining('takes no more'),
    })
  })

  test('that is refused before its end is rejected, and the connection carries no other mail', async () => {
    let refusals = 0
    const fake = await relay({
      script: ({ stage }) =>
        stage === 'body' && (refusals += 1) === 1 ? '552 5.3.4 Too big' : undefined,
    })
    const { send } = poolTo(fake)

    const first = await send({ size: LARGE })
    const second = await send()

    expect(first).toMatchObject({ kind: 'rejected', code: 552, blame: 'sender' })
    expect(second.kind).toBe('accepted')
    expect(fake.sessions).toBe(2)
  })

  test('that is accepted before its end is uncertain', async () => {
    const fake = await relay({ script: at('body', '250 2.0.0 Ok') })

    const outcome = await poolTo(fake).send({ size: LARGE })

    expect(outcome.kind).toBe('uncertain')
  })
})

describe('the buffer', () => {
  test.each([
    ['accepted', undefined, 1],
    ['rejected', at('rcpt', '550 5.1.1 user unknown'), 1],
    ['deferred', at('dot', '451 4.3.0 Later'), 1],
    ['unsent', at('greeting', 'drop'), 1],
    ['uncertain', at('dot', 'drop'), 0],
  ] as const)('of a mail that is %s is given back %#', async (kind, script, given) => {
    const fake = await relay(script && { script })
    let back = 0

    const outcome = await poolTo(fake).send({ free: () => (back += 1) })

    expect(outcome.kind).toBe(kind)
    expect(back).toBe(given)
  })
})
