import { expect, test } from 'vitest'
import { readSesEvent } from '#http/hooks/ses-events.ts'
import { NOW, TOKEN } from './hook-fixture.ts'

const AT = '2026-11-22T06:00:00.000Z'
const MAIL = {
  timestamp: AT,
  source: `b-${TOKEN}@bounce.courier.example`,
  messageId: '0102018f-7c1-000000',
  destination: ['reader1@example.org'],
}
const bounce = (bounceType: string, bounceSubType: string, recipient: object = {}) => ({
  eventType: 'Bounce',
  mail: MAIL,
  bounce: {
    bounceType,
    bounceSubType,
    bouncedRecipients: [{ emailAddress: 'reader1@example.org', ...recipient }],
    timestamp: AT,
    feedbackId: '0102018f-feed',
  },
})
const complaint = (change: object) => ({
  eventType: 'Complaint',
  mail: MAIL,
  complaint: { timestamp: AT, feedbackId: '0102018f-feed', ...change },
})

const read = (message: unknown, MessageId = 'm1') =>
  readSesEvent(
    { MessageId, Message: typeof message === 'string' ? message : JSON.stringify(message) },
    NOW,
  )
const meaning = (message: unknown) => read(message).event

test('a bounce is read with its key, time, token, relay id and words', () => {
  const told = read(
    bounce('Permanent', 'General', {
      status: '5.1.1',
      diagnosticCode: 'smtp; 550 5.1.1 <reader1@example.org>: user unknown',
    }),
  )

  expect(told).toEqual({
    key: 'feedback 0102018f-feed',
    at: new Date(AT),
    token: TOKEN,
    relayId: MAIL.messageId,
    recipient: 'reader1@example.org',
    event: {
      kind: 'bounce',
      verdict: 'hard',
      reason: 'no such mailbox',
      status: '5.1.1',
      code: 550,
      text: '550 5.1.1 <…@example.org>: user unknown',
    },
  })
})

test('a notification of the identity and an event of a configuration set are the same bounce', () => {
  const { eventType, ...event } = bounce('Permanent', 'NoEmail')

  expect(read({ ...event, notificationType: eventType }, 'm2')).toEqual(
    read({ ...event, eventType }, 'm3'),
  )
})

test.each([
  ['a name before the sender', { ...MAIL, source: `Courier <${MAIL.source}>` }],
  [
    'the return path',
    {
      ...MAIL,
      source: 'x@y.example',
      headers: [{ name: 'Return-Path', value: `<${MAIL.source}>` }],
    },
  ],
  [
    'our own header',
    { ...MAIL, source: 'x@y.example', headers: [{ name: 'X-Daybreak-Token', value: TOKEN }] },
  ],
  ['a tag', { ...MAIL, source: 'x@y.example', tags: { daybreak: [TOKEN] } }],
])('the token is found behind %s', (_, mail) => {
  expect(read({ ...bounce('Permanent', 'General'), mail }).token).toBe(TOKEN)
})

test.each([
  ['Permanent', 'NoEmail', {}, 'hard', 'no such mailbox'],
  ['Permanent', 'General', {}, 'soft', 'unknown'],
  [
    'Permanent',
    'General',
    { diagnosticCode: 'smtp; 550 5.7.1 blocked using zen.spamhaus.org' },
    'ours',
    undefined,
  ],
  [
    'Permanent',
    'OnAccountSuppressionList',
    { diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
    'soft',
    'mailbox disabled',
  ],
  ['Permanent', 'Suppressed', {}, 'soft', 'mailbox disabled'],
  [
    'Transient',
    'General',
    { diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
    'soft',
    'no such mailbox',
  ],
  ['Transient', 'General', {}, 'ignore', 'unknown'],
  ['Transient', 'MailboxFull', {}, 'soft', 'mailbox full'],
  ['Transient', 'ContentRejected', {}, 'ours', 'content'],
  ['Undetermined', 'Undetermined', {}, 'ignore', 'unknown'],
])('a bounce %s %s with %j is %s', (...[type, subType, recipient, verdict, reason]) => {
  const told = meaning(bounce(type, subType, recipient))

  expect(told).toMatchObject({ verdict, ...(reason === undefined ? {} : { reason }) })
})

test('a complaint is one, also when SES has the address on its list already; its opposite is not', () => {
  const told = [
    meaning(complaint({ complaintFeedbackType: 'abuse' })),
    meaning(complaint({ complaintSubType: 'OnAccountSuppressionList' })),
    meaning(complaint({ complaintFeedbackType: 'not-spam' })),
    meaning(complaint({ complaintFeedbackType: 'auth-failure' })),
  ]

  expect(told).toEqual([
    { kind: 'complaint', feedback: 'abuse' },
    { kind: 'complaint', feedback: 'abuse' },
    { kind: 'other', name: 'Complaint not-spam' },
    { kind: 'other', name: 'Complaint auth-failure' },
  ])
})

test('the other events', () => {
  const leave = { newTopicPreferences: { unsubscribeAll: true } }
  const stay = {
    newTopicPreferences: { topicSubscriptionStatus: [{ subscriptionStatus: 'OptIn' }] },
  }
  const told = [
    { eventType: 'Delivery', delivery: { timestamp: AT } },
    {
      eventType: 'DeliveryDelay',
      deliveryDelay: {
        delayType: 'MailboxFull',
        delayedRecipients: [{ diagnosticCode: '452 4.2.2 full' }],
      },
    },
    { eventType: 'Reject', reject: { reason: 'Bad content' } },
    { eventType: 'Subscription', subscription: leave },
    { eventType: 'Subscription', subscription: stay },
    { eventType: 'Rendering Failure', failure: {} },
    { eventType: 'Open', open: {} },
    { eventType: '__proto__' },
  ].map((event) => meaning({ ...event, mail: MAIL }))

  expect(told).toMatchObject([
    { kind: 'delivered' },
    { kind: 'bounce', verdict: 'ignore', reason: 'delayed' },
    { kind: 'bounce', verdict: 'ours', reason: 'content' },
    { kind: 'unsubscribe' },
    { kind: 'other', name: 'Subscription' },
    { kind: 'other', name: 'Rendering Failure' },
    { kind: 'other', name: 'Open' },
    { kind: 'other', name: '__proto__' },
  ])
})

test.each([
  'Successfully validated SNS topic for Amazon SES event publishing.',
  '[]',
  '{"mail": 7}',
])('a message that is no event is counted: %s', (message) => {
  expect(read(message)).toMatchObject({
    key: 'sns m1',
    event: { kind: 'other', name: 'unreadable' },
  })
})
