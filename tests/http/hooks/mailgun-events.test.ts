import { expect, test } from 'vitest'
import { readMailgunEvent } from '#http/hooks/mailgun-events.ts'
import { NOW, TOKEN } from './hook-fixture.ts'

const EVENT = {
  event: 'delivered',
  id: 'G9Bn5sl1TC6nu79C8C0bwg',
  timestamp: NOW.getTime() / 1000 - 0.5,
  recipient: 'reader1@example.org',
  message: { headers: { 'message-id': '20261122.1@courier.example' } },
  'user-variables': { daybreak: TOKEN },
}
const failed = (change: object, status: object = {}) =>
  readMailgunEvent(
    {
      ...EVENT,
      event: 'failed',
      severity: 'permanent',
      reason: 'bounce',
      ...change,
      'delivery-status': { code: 550, message: '', description: '', ...status },
    },
    NOW,
  ).event

test('an event is read with its key, time, token, Message-ID and reader', () => {
  expect(readMailgunEvent(EVENT, NOW)).toEqual({
    key: 'G9Bn5sl1TC6nu79C8C0bwg delivered',
    at: new Date(NOW.getTime() - 500),
    token: TOKEN,
    relayId: '20261122.1@courier.example',
    recipient: 'reader1@example.org',
    event: { kind: 'delivered' },
  })
})

test('a permanent failure is what its text says', () => {
  const told = [
    failed({}, { message: '5.1.1 The email account that you tried to reach does not exist' }),
    failed({}, { message: '5.7.1 Message blocked using zen.spamhaus.org' }),
    failed({ reason: 'generic' }),
  ]

  expect(told).toMatchObject([
    { verdict: 'hard', reason: 'no such mailbox', code: 550, status: '5.1.1' },
    { verdict: 'ours' },
    { verdict: 'soft', text: 'generic' },
  ])
})

test('what Mailgun did not send is no proof of a bad address, but a complaint or a wish is heard', () => {
  const text = { code: 605, message: 'Not delivering to previously bounced address' }

  const told = [
    failed({ reason: 'suppress-bounce' }, text),
    failed({ reason: 'suppress-complaint' }, text),
    failed({ reason: 'suppress-unsubscribe' }, text),
  ]

  expect(told).toMatchObject([
    { kind: 'bounce', verdict: 'soft', reason: 'mailbox disabled', code: null },
    { kind: 'complaint' },
    { kind: 'unsubscribe' },
  ])
})

test('a temporary failure is not the end, unless it was the last try', () => {
  const text = { code: 452, message: '4.2.1 try again later' }

  expect(failed({ severity: 'temporary' }, text)).toMatchObject({
    verdict: 'ignore',
    reason: 'delayed',
  })
  expect(failed({ severity: 'temporary', reason: 'old' }, { code: 498 })).toMatchObject({
    verdict: 'soft',
    reason: 'not in time',
  })
})

test('the other events', () => {
  const told = ['complained', 'unsubscribed', 'rejected', 'opened', 'accepted', 'constructor'].map(
    (event) => readMailgunEvent({ ...EVENT, event }, NOW).event,
  )

  expect(told).toMatchObject([
    { kind: 'complaint' },
    { kind: 'unsubscribe' },
    { kind: 'bounce', verdict: 'ours', reason: 'policy' },
    { kind: 'other', name: 'opened' },
    { kind: 'other', name: 'accepted' },
    { kind: 'other', name: 'constructor' },
  ])
})

test.each([undefined, null, 7, {}, { event: 'failed' }])('%j is counted as unreadable', (said) => {
  expect(readMailgunEvent(said, NOW).event).toEqual({ kind: 'other', name: 'unreadable' })
})

test('odd fields cost nothing but themselves', () => {
  const told = readMailgunEvent(
    { ...EVENT, timestamp: 'soon', recipient: 7, message: [], 'user-variables': [TOKEN] },
    NOW,
  )

  expect(told).toMatchObject({ at: NOW, token: null, relayId: null, event: { kind: 'delivered' } })
})
