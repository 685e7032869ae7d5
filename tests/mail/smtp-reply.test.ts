import { describe, expect, test } from 'vitest'

import { blameOf, cleanReply, finalOutcome, outcomeOfReply, relayIdOf } from '#mail/smtp-reply.ts'

test.each([
  ['550 5.1.1 <x@y.example>: Recipient address rejected: User unknown', 'recipient'],
  ['550 5.7.1 <x@y.example>: user unknown in relay recipient table', 'recipient'],
  ['550-5.1.1 The email account that you tried to reach does not exist', 'recipient'],
  ["552-5.2.2 The recipient's inbox is out of storage space", 'recipient'],
  ['554 5.7.1 <spam@example.org>: Relay access denied', 'sender'],
  ['550 5.1.1 <spam@example.org> unknown user', 'recipient'],
  ['535 5.7.8 Authentication failed', 'sender'],
  ['530 5.7.0 Must issue a STARTTLS command first', 'sender'],
  ['550 5.7.25 no PTR record', 'sender'],
  ['550 Requested action not taken', 'recipient'],
  ['554 5.7.1 <reader@example.net>: Recipient address rejected: Access denied', 'recipient'],
  ['550 5.1.8 <news@example.org>: Sender address rejected: Domain not found', 'sender'],
  ['550 5.1.1 Message blocked using zen.spamhaus.org', 'sender'],
  ['550 5.7.1 recipient address does not exist here', 'recipient'],
  ['550 No such user here', 'recipient'],
  ['552 5.2.2 The mailbox is full', 'recipient'],
  ['550 5.7.26 This mail has been blocked because the sender is unauthenticated (DKIM)', 'sender'],
  ['550 5.7.1 Relaying denied', 'sender'],
  ['550 5.1.1 Requested action not taken', 'recipient'],
  [
    '550 5.7.515 Access denied, sending domain does not meet the required authentication level',
    'sender',
  ],
  ['530 Login first', 'sender'],
  ['554 Transaction failed', 'sender'],
] as const)('%s', (reply, blame) => {
  expect(blameOf(reply, 'RCPT TO')).toBe(blame)
})

test.each(['MAIL FROM', 'EHLO', 'CONN', 'AUTH PLAIN'])(
  'a refusal at %s is about us, whatever it says',
  (command) => {
    expect(blameOf('550 5.1.1 user unknown', command)).toBe('sender')
  },
)

test.each(['550 Requested action not taken', '554 5.3.0 Local error'])(
  'an unclear refusal of the body is about us: %s',
  (reply) => {
    expect(blameOf(reply, 'DATA')).toBe('sender')
  },
)

test('a full mailbox is about the reader when the body is refused, too', () => {
  expect(blameOf('552 5.2.2 Over quota', 'DATA')).toBe('recipient')
})

test('a reply is one line without control characters, of at most 500', () => {
  const reply = cleanReply(`550-5.1.1 one\r\n550 5.1.1 two\0\u001b[31m\u202e${'x'.repeat(600)}`)

  expect(reply).toMatch(/^550-5\.1\.1 one 550 5\.1\.1 two \[31m x+$/)
  expect(reply).toHaveLength(500)
})

test.each([
  ['250 2.0.0 Ok: queued as 4F3A21', '4F3A21'],
  ['250 2.0.0 OK  1763812800 d9443c01a7336-297b23 - gsmtp', null],
  ['250 Ok 0100018b5c3c0a4f-aaaa-000000', '0100018b5c3c0a4f-aaaa-000000'],
  ['250 OK id=1vMabc-000001-2B', '1vMabc-000001-2B'],
  [
    '250 2.0.0 OK <1@db7.eurprd02.prod.outlook.com> [Hostname=DB7]',
    '1@db7.eurprd02.prod.outlook.com',
  ],
  ['250 2.0.0 Ok', null],
] as const)('the relay’s id in %j is %j', (reply, id) => {
  expect(relayIdOf(reply)).toBe(id)
})

test.each([
  ['250 2.0.0 Ok: queued as 4F3A21\r', '250 2.0.0 Ok: queued as 4F3A21'],
  ['250 two  blanks\tand a tab ', '250 two blanks and a tab'],
  ['550-one\r\n550 two\r', '550-one 550 two'],
])('%j is kept as %j', (text, kept) => {
  expect(cleanReply(text)).toBe(kept)
})

describe('503', () => {
  const out = { code: 503, command: 'MAIL FROM', bodyBegan: false } as const

  test('before the body says that the session is out of step, nothing about the mail', () => {
    expect(outcomeOfReply({ ...out, reply: '503 5.5.1 Bad sequence' })).toBeUndefined()
  })

  test('about a login is a refusal of us', () => {
    const outcome = outcomeOfReply({ ...out, reply: '503 5.5.4 Authenticate first' })

    expect(outcome).toMatchObject({ kind: 'rejected', code: 503, blame: 'sender' })
  })

  test('after the body is a refusal', () => {
    const final = { code: 503, reply: '503 5.5.1 Bad sequence', flushed: true }

    expect(finalOutcome(final)).toMatchObject({ kind: 'rejected', blame: 'sender' })
  })
})

test('a 250 counts only when the whole mail had left', () => {
  const final = { code: 250, reply: '250 2.0.0 Ok: queued as 4F3A21' }

  expect(finalOutcome({ ...final, flushed: true })).toMatchObject({
    kind: 'accepted',
    relayId: '4F3A21',
  })
  expect(finalOutcome({ ...final, flushed: false }).kind).toBe('uncertain')
})
