import MailComposer from 'nodemailer/lib/mail-composer'
import { encodeWord } from 'nodemailer/lib/mime-funcs'
import type { Message } from '../message-fixture.ts'

/** The same mail by nodemailer's own composer. */
export async function composeByNodemailer(message: Message): Promise<Buffer> {
  const { from, to, subject, messageId, date, references, replyTo } = message
  return new MailComposer({
    from,
    to: { name: '', address: to },
    ...(replyTo === undefined ? {} : { replyTo }),
    subject,
    messageId,
    date,
    ...(references === undefined ? {} : { references }),
    headers: headersOf(message).map(([key, value]) => ({
      key,
      value: { prepared: true, foldLines: true, value },
    })),
    text: part(message.text),
    html: part(message.html),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}

function headersOf({ kind, list, feedbackId, entityRef }: Message): [string, string][] {
  return [
    ...(list === undefined ? [] : listHeaders(list)),
    ...(feedbackId === undefined ? [] : [['Feedback-ID', feedbackId] as [string, string]]),
    ['Auto-Submitted', 'auto-generated'],
    ...(kind === 'digest' ? [['Precedence', 'bulk'] as [string, string]] : []),
    ['X-Auto-Response-Suppress', 'OOF, AutoReply'],
    ...(entityRef === undefined ? [] : [['X-Entity-Ref-ID', entityRef] as [string, string]]),
  ]
}

function listHeaders(list: NonNullable<Message['list']>): [string, string][] {
  const { id, unsubscribe, help, archive, owner, subscribe } = list
  return [
    ['List-Id', `${phrase(id.name)} <${id.value}>`],
    ['List-Unsubscribe', `<${unsubscribe.url}>, <mailto:${unsubscribe.mailbox}>`],
    ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
    ['List-Help', `<${help}>`],
    ['List-Archive', `<${archive}>`],
    ['List-Owner', `<mailto:${owner}>`],
    ['List-Subscribe', `<${subscribe}>`],
  ]
}

/** nodemailer would encode a non-ASCII List-Id whole, with the `<id>` that must stay readable. */
function phrase(name: string): string {
  if (/[^\x20-\x7e]/.test(name)) return encodeWord(name, 'Q', 52)
  return `"${name.replace(/["\\]/g, '\\$&')}"`
}

function part(content: string) {
  const lines = content.replace(/\r\n?|\n/g, '\r\n').replaceAll('\0', '')
  return { content: lines, contentTransferEncoding: 'quoted-printable' }
}
