import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import type { HookRequest } from '#http/hooks/hook-request.ts'
import type { House } from '../../house.ts'

export const NOW = new Date('2026-11-22T06:30:00Z')
export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:daybreak'
/** Of the shape of a bounce token, and of nobody. */
export const TOKEN = 'aeaqiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaq'

const pem = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
/** Valid from 2026 to 2032. */
export const certificate = { key: pem('sns-key.pem'), cert: pem('sns-cert.pem') }
export const CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem'

export type Headers = Record<string, string>

export function asked(body: string | Buffer, headers: Headers = {}, now = NOW): HookRequest {
  const lower = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
  )
  return {
    body: Buffer.from(body),
    header: (name) => lower.get(name.toLowerCase()),
    now,
    again: false,
  }
}

export type SnsMessage = Record<string, string>

export function snsMessage(message: unknown, change: SnsMessage = {}): SnsMessage {
  return {
    Type: 'Notification',
    MessageId: 'da41e39f-ea4d-435a-b922-c6aae3915ebe',
    TopicArn: TOPIC,
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: NOW.toISOString(),
    SignatureVersion: '2',
    SigningCertURL: CERTIFICATE_URL,
    UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
    ...change,
  }
}

/** Signed as SNS does it; written down here apart from the code that checks it. */
export function signedSns(message: SnsMessage, algorithm = 'sha256'): string {
  const names =
    message['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
  let text = ''
  for (const name of names) if (message[name] !== undefined) text += `${name}\n${message[name]}\n`
  const signature = sign(algorithm, Buffer.from(text), certificate.key).toString('base64')
  return JSON.stringify({ ...message, Signature: signature })
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const sendgridPair = pair()
export const otherPair = pair()
export const sendgridKey = sendgridPair.publicKey
  .export({ format: 'der', type: 'spki' })
  .toString('base64')

export function sendgridHeaders(
  body: string,
  { at = NOW, key = sendgridPair.privateKey } = {},
): Headers {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return {
    'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
    'X-Twilio-Email-Event-Webhook-Signature': sign(
      'sha256',
      Buffer.from(timestamp + body),
      key,
    ).toString('base64'),
  }
}

export const MAILGUN_KEY = 'key-0123456789abcdef'

export function mailgunBody(
  event: Record<string, unknown>,
  { at = NOW, word = 'a'.repeat(50), key = MAILGUN_KEY } = {},
): string {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', key)
    .update(timestamp + word)
    .digest('hex')
  return JSON.stringify({
    signature: { timestamp, token: word, signature },
    'event-data': event,
  })
}

export const POSTMARK_PASSWORD = 'b4f1c0ffee0123456789abcdef'

export function basic(user: string, password: string): Headers {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

/** A house that believes all four. */
export const HOOK_ENV = {
  SES_TOPIC_ARNS: TOPIC,
  SENDGRID_WEBHOOK_KEY: sendgridKey,
  MAILGUN_SIGNING_KEY: MAILGUN_KEY,
  POSTMARK_WEBHOOK_PASSWORD: POSTMARK_PASSWORD,
}

export async function returnedRows({ db }: Pick<House, 'db'>) {
  const { rows } = await sql<{
    channel: string
    kind: string
    verdict: string | null
    reason: string | null
    subscriberId: number | null
    effect: string | null
  }>`
    select channel, kind, verdict, reason, subscriber_id as "subscriberId", effect from returned order by id`.execute(
    db,
  )
  return rows
}
