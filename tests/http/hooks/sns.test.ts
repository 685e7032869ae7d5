import { beforeEach, expect, test } from 'vitest'
import { createSesReader } from '#http/hooks/sns.ts'
import { createLog } from '#log.ts'
import {
  asked,
  certificate,
  CERTIFICATE_URL,
  NOW,
  signedSns,
  snsMessage,
  type SnsMessage,
  TOPIC,
} from './hook-fixture.ts'

const DELIVERY = {
  notificationType: 'Delivery',
  mail: { messageId: '0102', source: 'news@courier.example', destination: ['a@example.org'] },
  delivery: { timestamp: NOW.toISOString() },
}
const CONFIRMATION = {
  Type: 'SubscriptionConfirmation',
  Token: 'f00d',
  SubscribeURL: `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=f00d`,
}

const log = createLog({ level: 'silent', name: 'test' })
let fetched: string[] = []
let visited: string[] = []
beforeEach(() => {
  fetched = []
  visited = []
})

const reader = () =>
  createSesReader(
    { log },
    {
      topics: [TOPIC],
      outside: {
        fetchCertificate: async (url) => {
          fetched.push(url.href)
          return certificate.cert
        },
        visit: async (url) => void visited.push(url.href),
      },
    },
  )

const read = async (body: string, now = NOW) => reader()(asked(body, {}, now))
const refusal = async (body: string, now = NOW) =>
  read(body, now).then(
    () => 'taken',
    (error: Error) => error.message,
  )

test('a message that SNS signed is read', async () => {
  const events = await read(signedSns(snsMessage(DELIVERY)))

  expect(events).toMatchObject([{ relayId: '0102', event: { kind: 'delivered' } }])
  expect(fetched).toEqual([CERTIFICATE_URL])
})

test('its subject is signed too, where it has one', async () => {
  const message = snsMessage(DELIVERY, { Subject: 'Amazon SES Email Event Notification' })

  expect(await read(signedSns(message))).toHaveLength(1)
  expect(await refusal(signedSns(message).replace('Email Event', 'Evil Event'))).toMatch(
    /does not belong/,
  )
})

test('the certificate is fetched once', async () => {
  const once = reader()

  await once(asked(signedSns(snsMessage(DELIVERY))))
  await once(asked(signedSns(snsMessage(DELIVERY, { MessageId: 'another' }))))

  expect(fetched).toHaveLength(1)
})

const wrong: [string, string, RegExp][] = [
  [
    'one byte was changed',
    signedSns(snsMessage(DELIVERY)).replace('0102', '0103'),
    /does not belong/,
  ],
  [
    'its signature is of version 1',
    signedSns(snsMessage(DELIVERY, { SignatureVersion: '1' }), 'sha1'),
    /set SignatureVersion 2/,
  ],
  ['it calls SHA-1 version 2', signedSns(snsMessage(DELIVERY), 'sha1'), /does not belong/],
  [
    'it is older than an hour',
    signedSns(snsMessage(DELIVERY, { Timestamp: '2026-11-22T05:29:59Z' })),
    /older than an hour/,
  ],
  [
    'it is from another time',
    signedSns(snsMessage(DELIVERY, { Timestamp: 'yesterday' })),
    /older than an hour/,
  ],
]

test.each(wrong)('a message is not believed when %s', async (_, body, reason) => {
  expect(await refusal(body)).toMatch(reason)
})

test('another topic is not believed, and nothing is fetched for it', async () => {
  const body = signedSns(snsMessage(DELIVERY, { TopicArn: `${TOPIC}2` }))

  expect(await refusal(body)).toMatch(/SES_TOPIC_ARNS/)
  expect(fetched).toEqual([])
})

test.each([
  'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-00ff.pem',
  'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-00ff.pem',
  'https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-00ff.pem',
  'https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-00ff.pem',
  'https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-00ff.pem',
  'https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-00ff.pem',
  'https://bucket.s3.amazonaws.com/SimpleNotificationService-00ff.pem',
  'https://sns.eu-west-1.amazonaws.com/other/SimpleNotificationService-00ff.pem',
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-00ff.pem?as=you-like',
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-wolf.pem',
  'no address',
])('a certificate is not fetched from %s', async (SigningCertURL) => {
  expect(await refusal(signedSns(snsMessage(DELIVERY, { SigningCertURL })))).toMatch(
    /not at an address of SNS/,
  )
  expect(fetched).toEqual([])
})

test('a certificate from China’s SNS is fetched', async () => {
  const SigningCertURL =
    'https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-00ff.pem'

  expect(await read(signedSns(snsMessage(DELIVERY, { SigningCertURL })))).toHaveLength(1)
})

test('a certificate that is over is not believed', async () => {
  const now = new Date('2033-06-01T00:00:00Z')
  const body = signedSns(snsMessage(DELIVERY, { Timestamp: now.toISOString() }))

  expect(await refusal(body, now)).toMatch(/not valid now/)
})

test('a certificate that could not be fetched is asked for again', async () => {
  const answers = [async () => Promise.reject(new Error('away')), async () => certificate.cert]
  const once = createSesReader(
    { log },
    {
      topics: [TOPIC],
      outside: {
        fetchCertificate: async () => (await answers.shift()?.()) ?? '',
        visit: async () => {},
      },
    },
  )
  const body = signedSns(snsMessage(DELIVERY))

  await expect(once(asked(body))).rejects.toMatchObject({ status: 503 })

  expect(await once(asked(body))).toHaveLength(1)
})

test('the subscription of a topic of ours is confirmed by one visit', async () => {
  const events = await read(signedSns(snsMessage('You have chosen to subscribe …', CONFIRMATION)))

  expect(events).toEqual([])
  expect(visited).toHaveLength(1)
  expect(visited[0]).toContain('Action=ConfirmSubscription')
})

const traps: [string, SnsMessage][] = [
  ['another host', { SubscribeURL: CONFIRMATION.SubscribeURL.replace('sns.', 'intranet.') }],
  ['plain text', { SubscribeURL: CONFIRMATION.SubscribeURL.replace('https', 'http') }],
  ['another action', { SubscribeURL: CONFIRMATION.SubscribeURL.replace('Confirm', 'Un') }],
  ['another topic', { SubscribeURL: CONFIRMATION.SubscribeURL.replace(':daybreak', ':other') }],
  ['nothing', { SubscribeURL: '' }],
]

test.each(traps)('a confirmation that leads to %s is not visited', async (_, change) => {
  const body = signedSns(snsMessage('…', { ...CONFIRMATION, ...change }))

  expect(await refusal(body)).toMatch(/confirming/)
  expect(visited).toEqual([])
})

test('a confirmation that nobody signed is not visited', async () => {
  const body = signedSns(snsMessage('…', CONFIRMATION)).replaceAll('f00d', 'f00e')

  expect(await refusal(body)).toMatch(/does not belong/)
  expect(visited).toEqual([])
})

test('a bare event says how to set the subscription right', async () => {
  expect(await refusal(JSON.stringify(DELIVERY))).toMatch(/raw message delivery/)
})
