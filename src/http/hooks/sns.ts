import { verify, type X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import {
  type HookReader,
  type HookRequest,
  isTimely,
  notBelieved,
  readJson,
} from './hook-request.ts'
import { readSesEvent } from './ses-events.ts'
import { type Certificates, keepCertificates, SNS_HOST } from './sns-certificate.ts'

/** What checking SNS asks of the network. */
export type SnsOutside = {
  /** The PEM text behind an address that was checked. */
  fetchCertificate: (url: URL) => Promise<string>
  /** Visits the address that confirms a subscription. */
  visit: (url: URL) => Promise<void>
}

/** SNS repeats itself for an hour at most, and does not sign anew. */
const WINDOW_MS = 60 * 60_000

const Envelope = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string().min(1),
  TopicArn: z.string(),
  Message: z.string(),
  Timestamp: z.string(),
  SignatureVersion: z.string(),
  Signature: z.string(),
  SigningCertURL: z.string(),
  Subject: z.string().nullish(),
  SubscribeURL: z.string().nullish(),
  Token: z.string().nullish(),
})
type Envelope = z.infer<typeof Envelope>

/** SES tells by a topic of SNS; only topics that were named are believed, and their subscription is confirmed. */
export function createSesReader(
  { log }: Pick<Context, 'log'>,
  { topics, outside }: { topics: string[]; outside: SnsOutside },
): HookReader {
  const certificates = keepCertificates(outside.fetchCertificate)
  return async (request) => {
    const envelope = readEnvelope(request.body)
    await check(envelope, { topics, certificates, request })
    switch (envelope.Type) {
      case 'Notification':
        return [readSesEvent(envelope, request.now)]
      case 'SubscriptionConfirmation':
        await outside.visit(confirmationOf(envelope))
        log.info({ topic: envelope.TopicArn }, 'the subscription of an SNS topic was confirmed')
        return []
      case 'UnsubscribeConfirmation':
        log.warn(
          { topic: envelope.TopicArn },
          'an SNS topic was unsubscribed: SES tells nothing any more, subscribe it again',
        )
        return []
    }
  }
}

function readEnvelope(body: Buffer): Envelope {
  const parsed = Envelope.safeParse(readJson(body.toString()))
  if (parsed.success) return parsed.data
  throw new Refusal(
    'the body is not a message of SNS: switch off "raw message delivery" of the subscription',
    { status: 400, field: 'body' },
  )
}

/** The topic comes first: a stranger does not make us fetch anything. */
async function check(
  envelope: Envelope,
  {
    topics,
    certificates,
    request,
  }: { topics: string[]; certificates: Certificates; request: HookRequest },
): Promise<void> {
  if (!topics.includes(envelope.TopicArn))
    throw notBelieved('the topic is not one of SES_TOPIC_ARNS')
  if (envelope.SignatureVersion !== '2')
    throw notBelieved('the signature is of version 1 (SHA-1): set SignatureVersion 2 on the topic')
  if (!isTimely(request, new Date(envelope.Timestamp), WINDOW_MS))
    throw notBelieved('the message is older than an hour, or a clock is wrong')
  const certificate = await certificates.get(envelope.SigningCertURL, request.now)
  if (!isSigned(envelope, certificate))
    throw notBelieved('the signature does not belong to the message')
}

function isSigned(envelope: Envelope, { publicKey }: X509Certificate): boolean {
  const signature = Buffer.from(envelope.Signature, 'base64')
  return verify('sha256', Buffer.from(canonicalOf(envelope)), publicKey, signature)
}

/** The fields in order of their names, each name and value on a line of its own (SNS, "Verifying the signatures"). */
function canonicalOf(envelope: Envelope): string {
  const names =
    envelope.Type === 'Notification'
      ? (['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const)
      : ([
          'Message',
          'MessageId',
          'SubscribeURL',
          'Timestamp',
          'Token',
          'TopicArn',
          'Type',
        ] as const)
  return names
    .map((name) => [name, envelope[name]] as const)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('')
}

/** Signed as it is, the address is still visited only where it confirms this topic at SNS. */
function confirmationOf({ SubscribeURL, TopicArn }: Envelope): URL {
  const url = URL.parse(SubscribeURL ?? '')
  if (
    url !== null &&
    SNS_HOST.test(url.host) &&
    url.protocol === 'https:' &&
    url.searchParams.get('Action') === 'ConfirmSubscription' &&
    url.searchParams.get('TopicArn') === TopicArn
  )
    return url
  throw notBelieved('the address for confirming the subscription is not one of SNS')
}
