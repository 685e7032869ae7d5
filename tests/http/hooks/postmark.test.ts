import { expect, test } from 'vitest'
import { createPostmarkReader } from '#http/hooks/postmark.ts'
import { asked, basic, NOW, POSTMARK_PASSWORD, TOKEN } from './hook-fixture.ts'

const reader = createPostmarkReader(POSTMARK_PASSWORD)
const SIGNED = basic('daybreak', POSTMARK_PASSWORD)
const BOUNCE = {
  RecordType: 'Bounce',
  ID: 4323372036854775000,
  Type: 'HardBounce',
  MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
  Description: 'The server was unable to deliver your message.',
  Details: 'smtp;550 5.1.1 The email account that you tried to reach does not exist.',
  Email: 'reader1@example.org',
  BouncedAt: '2026-11-22T06:00:00Z',
  Metadata: { daybreak: TOKEN },
}

const read = async (event: object) => {
  const [told] = await reader(asked(JSON.stringify(event), SIGNED))
  if (told === undefined) throw new Error('nothing was read')
  return told
}
const meaning = async (change: object) => (await read({ ...BOUNCE, ...change })).event

test('an event with the password is read, whoever the user is', async () => {
  const events = await reader(asked(JSON.stringify(BOUNCE), basic('', POSTMARK_PASSWORD)))

  expect(events).toMatchObject([
    {
      at: new Date('2026-11-22T06:00:00Z'),
      token: TOKEN,
      relayId: BOUNCE.MessageID,
      recipient: 'reader1@example.org',
      event: {
        kind: 'bounce',
        verdict: 'hard',
        reason: 'no such mailbox',
        status: '5.1.1',
        code: 550,
      },
    },
  ])
})

test.each([
  ['no password', {}],
  ['another password', basic('daybreak', `${POSTMARK_PASSWORD}0`)],
  ['the beginning of the password', basic('daybreak', POSTMARK_PASSWORD.slice(0, -1))],
  ['the password as user', basic(POSTMARK_PASSWORD, '')],
  ['another scheme', { Authorization: `Bearer ${POSTMARK_PASSWORD}` }],
])('an event with %s is not believed', async (_, headers) => {
  await expect(async () => reader(asked(JSON.stringify(BOUNCE), headers))).rejects.toMatchObject({
    status: 403,
  })
})

test.each(['[]', 'null', '{"RecordType"'])('what is no event is refused: %s', async (body) => {
  await expect(async () => reader(asked(body, SIGNED))).rejects.toMatchObject({ status: 400 })
})

test('only a hard bounce can be hard', async () => {
  const types = [
    'SoftBounce',
    'Blocked',
    'SpamNotification',
    'DnsError',
    'Unknown',
    'Transient',
    'ManuallyDeactivated',
  ]

  const told = await Promise.all(types.map(async (Type) => meaning({ Type })))

  for (const event of told) expect(event).not.toMatchObject({ verdict: 'hard' })
})

test('a bounce without a word is what its type says', async () => {
  const types = ['HardBounce', 'SoftBounce', 'Blocked', 'DMARCPolicy', 'Transient', 'Unknown']

  const told = await Promise.all(
    types.map(async (Type) => meaning({ Type, Details: '', Description: null })),
  )

  expect(told).toMatchObject([
    { verdict: 'hard', reason: 'no such mailbox' },
    { verdict: 'soft', reason: 'system trouble' },
    { verdict: 'ours', reason: 'blocked' },
    { verdict: 'ours', reason: 'authentication' },
    { verdict: 'ignore', reason: 'delayed' },
    { verdict: 'ignore', reason: 'unknown' },
  ])
})

test('persons among the bounces are persons', async () => {
  const types = ['AutoResponder', 'Unsubscribe', 'SpamComplaint', 'ChallengeVerification']

  const told = await Promise.all(types.map(async (Type) => meaning({ Type })))

  expect(told).toEqual([
    { kind: 'auto-reply' },
    { kind: 'unsubscribe' },
    { kind: 'complaint', feedback: 'abuse' },
    { kind: 'auto-reply' },
  ])
})

test('a complaint that is told as SpamComplaint and as SubscriptionChange is one', async () => {
  const { ID, MessageID, Metadata } = BOUNCE
  const complaint = await read({ RecordType: 'SpamComplaint', ID, MessageID, Metadata })
  const change = await read({
    RecordType: 'SubscriptionChange',
    MessageID,
    Metadata,
    SuppressSending: true,
    SuppressionReason: 'SpamComplaint',
    Origin: 'Recipient',
    ChangedAt: '2026-11-22T06:00:00Z',
  })

  expect(change.event).toEqual({ kind: 'complaint', feedback: 'abuse' })
  expect(change.key).toBe(complaint.key)
})

test('only the reader’s own wish is an unsubscribe', async () => {
  const change = {
    ...BOUNCE,
    RecordType: 'SubscriptionChange',
    SuppressSending: true,
    SuppressionReason: 'ManualSuppression',
    Origin: 'Recipient',
  }

  const told = [
    await read(change),
    await read({ ...change, Origin: 'Customer', MessageID: null }),
    await read({ ...change, SuppressSending: false }),
    await read({ ...change, SuppressionReason: 'HardBounce' }),
    await read({ ...change, RecordType: 'Open' }),
    await read({ ...change, RecordType: 7 }),
  ]

  expect(told.map(({ event }) => event.kind)).toEqual([
    'unsubscribe',
    'other',
    'other',
    'other',
    'other',
    'other',
  ])
})

test('an event of another age happened now, and no field holds a NUL', async () => {
  const said = { MessageID: 'a\0b', BouncedAt: '-271821-04-20T00:00:00Z' }

  const event = await read({ ...BOUNCE, ...said })

  expect(event).toMatchObject({ at: NOW, relayId: 'ab' })
})

test('an event that is still to come happened now', async () => {
  expect((await read({ ...BOUNCE, BouncedAt: '2036-01-01T00:00:00Z' })).at).toEqual(NOW)
})
