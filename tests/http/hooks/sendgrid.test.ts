import { expect, test } from 'vitest'
import { createSendgridReader } from '#http/hooks/sendgrid.ts'
import { asked, NOW, otherPair, sendgridHeaders, sendgridKey, TOKEN } from './hook-fixture.ts'

const SECOND = NOW.getTime() / 1000
const EVENT = {
  email: 'reader1@example.org',
  timestamp: SECOND,
  'smtp-id': '<1@courier.example>',
  sg_event_id: 'ZXZlbnQ',
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
  event: 'delivered',
  daybreak: TOKEN,
}
const BODY = JSON.stringify([EVENT])

const reader = createSendgridReader(sendgridKey)
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000)
const meanings = async (...events: object[]) => {
  const body = JSON.stringify(events.map((event) => ({ ...EVENT, ...event })))
  return (await reader(asked(body, sendgridHeaders(body)))).map(({ event }) => event)
}

test('a batch that SendGrid signed is read: key, time, token, and the id as it stood in the reply', async () => {
  const events = await reader(asked(BODY, sendgridHeaders(BODY)))

  expect(events).toEqual([
    {
      key: 'ZXZlbnQ',
      at: NOW,
      token: TOKEN,
      relayId: '14c5d75ce93.dfd.64b469',
      recipient: 'reader1@example.org',
      event: { kind: 'delivered' },
    },
  ])
})

test.each([
  ['nothing is signed', asked(BODY)],
  ['one byte was changed', asked(BODY.replace('reader1', 'reader2'), sendgridHeaders(BODY))],
  ['the key is another', asked(BODY, sendgridHeaders(BODY, { key: otherPair.privateKey }))],
  ['it is 301 seconds old', asked(BODY, sendgridHeaders(BODY, { at: ago(301) }))],
  ['it is 301 seconds early', asked(BODY, sendgridHeaders(BODY, { at: ago(-301) }))],
  [
    'its time was changed',
    asked(BODY, {
      ...sendgridHeaders(BODY, { at: ago(3600) }),
      'X-Twilio-Email-Event-Webhook-Timestamp': String(SECOND),
    }),
  ],
])('a batch is not believed when %s', async (_, request) => {
  await expect(async () => reader(request)).rejects.toMatchObject({ status: 403 })
})

test('the bytes are checked as they came, blanks and all', async () => {
  const body = ` ${JSON.stringify([EVENT], null, 2)}\r\n`

  expect(await reader(asked(body, sendgridHeaders(body)))).toHaveLength(1)
})

test.each(['{', '{"event": "bounce"}'])(
  'signed text that is no list is refused: %s',
  async (body) => {
    await expect(async () => reader(asked(body, sendgridHeaders(body)))).rejects.toMatchObject({
      status: 400,
    })
  },
)

test('odd events are counted by name, and the rest of the batch is taken', async () => {
  const odd = [
    null,
    7,
    {},
    { event: 'open' },
    { event: 'constructor', sg_event_id: 'x', timestamp: 'soon' },
  ]
  const body = JSON.stringify([...odd, EVENT, { ...EVENT, sg_message_id: 7, daybreak: ['x'] }])

  const events = await reader(asked(body, sendgridHeaders(body)))

  expect(events.map(({ event }) => (event.kind === 'other' ? event.name : event.kind))).toEqual([
    'unreadable',
    'unreadable',
    'unreadable',
    'unreadable',
    'constructor',
    'delivered',
    'delivered',
  ])
  expect(events.at(-1)).toMatchObject({ token: null, relayId: null })
  expect(new Set(events.slice(0, 5).map(({ key }) => key)).size).toBe(5)
})

test('a bounce is what its text says; "blocked" is never hard', async () => {
  const told = await meanings(
    { event: 'bounce', type: 'bounce', reason: '550 5.1.1 No such user here', status: '5.1.1' },
    {
      event: 'bounce',
      type: 'bounce',
      reason: '550 5.7.1 Message blocked using zen.spamhaus.org',
      status: '5.7.1',
    },
    { event: 'bounce', type: 'blocked', reason: '550 5.1.1 No such user here', status: '5.1.1' },
    { event: 'bounce', type: 'blocked', bounce_classification: 'Reputation' },
    { event: 'bounce', type: 'bounce' },
  )

  expect(told).toMatchObject([
    { verdict: 'hard', reason: 'no such mailbox', status: '5.1.1', code: 550 },
    { verdict: 'ours' },
    { verdict: 'soft', reason: 'no such mailbox' },
    { verdict: 'ours', reason: 'reputation', status: null, code: null },
    { verdict: 'soft', reason: 'unknown' },
  ])
})

test('what was dropped on a list of SendGrid is no proof of a bad address, but a complaint or a wish is heard', async () => {
  const told = await meanings(
    { event: 'dropped', reason: 'Bounced Address' },
    { event: 'dropped', reason: 'Spam Reporting Address' },
    { event: 'dropped', reason: 'Unsubscribed Address' },
    { event: 'dropped', reason: 'Invalid SMTPAPI header' },
    { event: 'spamreport' },
    { event: 'group_unsubscribe' },
    { event: 'deferred', response: '452 4.2.2 mailbox full' },
  )

  expect(told).toMatchObject([
    { kind: 'bounce', verdict: 'soft' },
    { kind: 'complaint' },
    { kind: 'unsubscribe' },
    { kind: 'bounce', verdict: 'ours' },
    { kind: 'complaint' },
    { kind: 'unsubscribe' },
    { kind: 'bounce', verdict: 'ignore', reason: 'delayed' },
  ])
})

test('no address of the text is kept', async () => {
  const [told] = await meanings({
    event: 'bounce',
    type: 'bounce',
    reason: 'smtp; 550 5.1.1 <reader1@example.org>: unknown\r\nuser',
  })

  expect(told).toMatchObject({ text: '550 5.1.1 <…@example.org>: unknown user', code: 550 })
})
