import { describe, expect, test } from 'vitest'

import { poolTo, relay } from './pool-fixture.ts'

describe('international addresses', () => {
  test('a local part beyond ASCII is refused when the relay does not announce SMTPUTF8, and the rest goes on', async () => {
    const fake = await relay()
    const { send } = poolTo(fake)

    const outcomes = await Promise.all([send(), send({ to: 'jõgeva@example.ee' }), send()])

    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'rejected', 'accepted'])
    expect(outcomes[1]).toEqual({
      kind: 'rejected',
      reply: 'the relay does not take international addresses',
      code: 553,
      blame: 'recipient',
    })
    expect(fake.commands.filter((line) => line.startsWith('MAIL'))).toHaveLength(2)
    expect(fake.sessions).toBe(1)
  })

  test('it is sent as UTF-8 when the relay announces SMTPUTF8', async () => {
    const fake = await relay({ extensions: ['8BITMIME', 'SMTPUTF8'] })

    const outcome = await poolTo(fake).send({ to: 'jõgeva@example.ee' })

    expect(outcome.kind).toBe('accepted')
    expect(fake.commands).toContain('MAIL FROM:<news@example.org> BODY=8BITMIME SMTPUTF8')
    const rcpt = fake.commands.find((line) => line.startsWith('RCPT')) ?? ''
    expect(Buffer.from(rcpt, 'latin1').toString()).toBe('RCPT TO:<jõgeva@example.ee>')
  })

  test('a domain beyond ASCII goes out as an A-label', async () => {
    const fake = await relay()

    await poolTo(fake).send({ to: 'info@jõgeva.ee' })

    expect(fake.commands).toContain('RCPT TO:<info@xn--jgeva-dua.ee>')
  })
})

test.each([
  'a@b>\r\nRCPT TO:<c@d',
  'a@b\r\nRSET',
  'a@b\nRSET',
  'a\0b@example.org',
  '<a@b>',
  'a b@example.org',
  'a@b c',
  'no-at-sign',
  '@example.org',
  'a@',
  '',
  `${'a'.repeat(65)}@example.org`,
])('what is not an address (%j) never reaches the relay', async (to) => {
  const fake = await relay()
  const { pool, send } = poolTo(fake)

  const outcome = await send({ to })
  const from = await pool.send({
    envelope: { from: to, to: 'reader@example.net' },
    message: { bytes: Buffer.from('Subject: x\r\n\r\n') },
    priority: 'digest',
    begun: () => {},
  })

  expect(outcome).toMatchObject({ kind: 'rejected', code: 553, blame: 'recipient' })
  expect(from).toMatchObject({ kind: 'rejected', code: 553, blame: 'sender' })
  expect(fake.sessions).toBe(0)
})

describe('a mail larger than the relay announces', () => {
  test('is not offered to it, and the next one is', async () => {
    const fake = await relay({ extensions: ['PIPELINING', 'SIZE 100'] })
    const { send } = poolTo(fake)

    const outcomes = await Promise.all([send({ size: 101 }), send()])

    expect(outcomes[0]).toMatchObject({ kind: 'rejected', code: 552, blame: 'sender' })
    expect(outcomes[1]?.kind).toBe('accepted')
    expect(fake.commands.filter((line) => line.startsWith('MAIL'))).toHaveLength(1)
  })

  test.each(['SIZE 0', 'SIZE'])('%s means no limit', async (size) => {
    const fake = await relay({ extensions: [size] })

    expect((await poolTo(fake).send({ size: 10_000 })).kind).toBe('accepted')
  })
})
