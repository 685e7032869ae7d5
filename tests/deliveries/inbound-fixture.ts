import { sql } from 'kysely'
import { type Inbound, openInbound } from '#deliveries/returns/inbound-mail.ts'
import type { InboundMail } from '#mail/inbound/inbound.ts'
import { openReturnReader, type ReturnReader } from '#mail/returned/return-reader.ts'
import { sealLocalPart } from '#subscribers/tokens.ts'
import type { House } from '../house.ts'
import { openSettled, type ReleasedHouse } from './settled-fixture.ts'

export const DOMAIN = 'bounce.example.org'

export type InboundHouse = AsyncDisposable & {
  house: ReleasedHouse
  inbound: Inbound
  reader: ReturnReader
  /** The address of ours that a reader's mail left from, or is unsubscribed by. */
  addressOf(reader: number, purpose: 'bounce' | 'unsubscribe'): string
  /** As the server and the poller do it: taken only where the address is one of ours. */
  receive(mail: Partial<InboundMail> & { address: string; text: string }): Promise<boolean>
}

/** A digest that two readers got, and the door for what comes back of it. */
export async function openInboundHouse(): Promise<InboundHouse> {
  await using stack = new AsyncDisposableStack()
  const house = stack.use(await openSettled(2))
  const { context } = house
  const reader = stack.use(openReturnReader({ log: context.log }))
  const inbound = openInbound(context, reader)
  const { rows: readers } = await sql<{ id: number; publicId: number }>`
    select id, public_id as "publicId" from subscriber order by id`.execute(house.db)
  const opened = stack.move()
  return {
    house,
    inbound,
    reader,
    addressOf: (number, purpose) => {
      const publicId = readers[number - 1]?.publicId ?? 0
      const addressVersion = purpose === 'bounce' ? 1 : 0
      const token = { publicId, reference: house.editionId, addressVersion }
      return `${purpose[0]}-${sealLocalPart(context.secrets, purpose, token)}@${DOMAIN}`
    },
    receive: async ({ address, text, ...rest }) => {
      const kind = await inbound.mayTake(address)
      if (kind === undefined) return false
      const bytes = Buffer.from(text)
      await inbound.take({ channel: 'smtp', sender: '', ...rest, kind, address, bytes })
      return true
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** What became of the readers: their state, whether on the do-not-mail list, and what the row of the mail says. */
export async function readersOf({ db }: Pick<House, 'db'>): Promise<string[]> {
  const { rows } = await sql<{ fate: string }>`
    select concat_ws(', ', s.state::text
                   , case when p.address_hash is not null then 'do-not-mail list' end
                   , case when d.bounced_at is not null then 'bounced' end
                   , case when c.cadence = 'off' then 'unsubscribed' end) as fate
      from subscriber s
      join delivery d on d.subscriber_id = s.id
      join newsletter n on n.slug = 'daily'
      left join subscription c on c.subscriber_id = s.id and c.newsletter_id = n.id
      left join suppression p on p.address_hash = s.address_hash
     order by s.id`.execute(db)
  return rows.map(({ fate }) => fate)
}

/** What is kept of what came: kind, verdict and effect. */
export async function returnsOf({ db }: Pick<House, 'db'>): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select concat_ws(', ', kind, verdict, effect) as line from returned order by id`.execute(db)
  return rows.map(({ line }) => line)
}

const crlf = (lines: string[]) => lines.join('\r\n')

/** As Postfix bounces, with what it quotes of the mail. */
export function bounceOf({
  to,
  status = '5.1.1',
  said = '550 5.1.1 <reader1@example.org>: Recipient address rejected: User unknown',
  quoted = 'Subject: Good morning\r\n\r\nNews.',
  id = '<4T1@mx.example.net>',
}: {
  to: string
  status?: string
  said?: string
  quoted?: string
  id?: string
}): string {
  return crlf([
    'From: MAILER-DAEMON@mx.example.net (Mail Delivery System)',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    `Message-ID: ${id}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="xx"',
    '',
    '--xx',
    'Content-Type: text/plain',
    '',
    'This is the mail system at host mx.example.net.',
    '',
    `<reader1@example.org>: host mx.example.org[192.0.2.1] said: ${said} (in reply to RCPT TO command)`,
    '',
    '--xx',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.net',
    '',
    'Final-Recipient: rfc822; reader1@example.org',
    'Action: failed',
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${said}`,
    '',
    '--xx',
    'Content-Type: message/rfc822',
    '',
    quoted,
    '--xx--',
    '',
  ])
}

export function complaintAbout(returnPath: string): string {
  return crlf([
    'From: feedback@isp.example',
    `To: fbl@${DOMAIN}`,
    'Subject: FW: Good morning',
    'Message-ID: <arf1@isp.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="xx"',
    '',
    '--xx',
    'Content-Type: text/plain',
    '',
    'This is an email abuse report.',
    '',
    '--xx',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'User-Agent: SomeGenerator/1.0',
    'Version: 1',
    '',
    '--xx',
    'Content-Type: message/rfc822',
    '',
    `Return-Path: <${returnPath}>`,
    'From: news@example.org',
    'To: reader1@example.org',
    'Subject: Good morning',
    '',
    'News.',
    '--xx--',
    '',
  ])
}

export function vacation(to: string): string {
  return crlf([
    'From: A reader <reader1@example.org>',
    `To: ${to}`,
    'Subject: Out of office: Good morning',
    'Auto-Submitted: auto-replied',
    'Message-ID: <v1@example.org>',
    '',
    'I am away until Monday. The address old@example.org is unknown (550 5.1.1 user unknown).',
    '',
  ])
}

export function letter(to: string, subject: string, text: string): string {
  return crlf([
    'From: A reader <reader1@example.org>',
    `To: ${to}`,
    `Subject: ${subject}`,
    'Message-ID: <letter@example.org>',
    '',
    text,
    '',
  ])
}
