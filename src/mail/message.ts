import { createHash } from 'node:crypto'

import MailComposer from 'nodemailer/lib/mail-composer'
import { encodeWord } from 'nodemailer/lib/mime-funcs'

export type Mailbox = { name: string; address: string }

/** What goes to the readers of a newsletter, with its way out. */
export type NewsletterKind = 'digest' | 'alert' | 'correction' | 'note'

/** Service mails: confirmation, reminder, welcome, address change, approval, notice, test. */
export type MailKind = NewsletterKind | 'service'

export type ListHeaders = {
  /** A name for people and a stable id in the form of a domain (RFC 2919). */
  id: { name: string; value: string }
  /** One-click address (RFC 8058) and the mailbox that does the same. */
  unsubscribe: { url: string; mailbox: string }
  help: string
  /** Where this edition can be read on the web. */
  archive: string
  owner: string
  subscribe: string
}

type Common = {
  from: Mailbox
  to: string
  subject: string
  html: string
  text: string
  /** With its angle brackets. */
  messageId: string
  date: Date
  /** What the MIME boundary is derived from: the same seed makes the same bytes. */
  boundarySeed: string
  /** Unique for mails that must not be shown as one conversation. */
  entityRef?: string
  /** Message-ids: a constant one threads, a unique one keeps apart. */
  references?: string
}

export type Message =
  | (Common & {
      kind: NewsletterKind
      replyTo: string
      list: ListHeaders
      /** `edition:list:kind:sender`, the same for every reader. */
      feedbackId: string
    })
  | (Common & { kind: 'service'; replyTo?: string; list?: never; feedbackId?: string })

/** One whole MIME message, without DKIM. The same input gives the same bytes. */
export async function composeMessage(message: Message): Promise<Buffer> {
  if (!message.text.trim() || !message.html.trim()) throw new Error('a mail has both text and HTML')
  const headers = headersOf(message)
  const { subject, to, from, messageId, replyTo = '', references = '' } = message
  refuse(/\p{Cc}/u, { subject, to, 'From name': from.name })
  refuse(/[^\x20-\x7e]/, { ...headers, messageId, references })
  refuse(/[\p{Cc}\s<>,]/u, { 'From address': from.address, replyTo, ...message.list?.unsubscribe })
  return new MailComposer({
    from: message.from,
    to: { name: '', address: message.to },
    ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
    subject: message.subject,
    messageId: message.messageId,
    date: message.date,
    ...(message.references === undefined ? {} : { references: message.references }),
    headers: Object.entries(headers).map(([key, value]) => ({ key, value: ready(value) })),
    text: part(message.text),
    html: part(message.html),
    baseBoundary: createHash('sha256').update(message.boundarySeed).digest('hex').slice(0, 24),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}

function headersOf(message: Message): Record<string, string> {
  const { kind, list, feedbackId, entityRef } = message
  return {
    ...(list ? listHeaders(list) : {}),
    ...(feedbackId === undefined ? {} : { 'Feedback-ID': feedbackId }),
    'Auto-Submitted': 'auto-generated',
    // Not a standard, but old vacation robots keep quiet for it; on a confirmation it costs placement.
    ...(kind === 'digest' ? { Precedence: 'bulk' } : {}),
    'X-Auto-Response-Suppress': 'OOF, AutoReply',
    ...(entityRef === undefined ? {} : { 'X-Entity-Ref-ID': entityRef }),
  }
}

function listHeaders({ id, unsubscribe, help, archive, owner, subscribe }: ListHeaders) {
  return {
    'List-Id': `${phrase(id.name)} <${id.value}>`,
    'List-Unsubscribe': `<${unsubscribe.url}>, <mailto:${unsubscribe.mailbox}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Help': `<${help}>`,
    'List-Archive': `<${archive}>`,
    'List-Owner': `<mailto:${owner}>`,
    'List-Subscribe': `<${subscribe}>`,
  }
}

/** nodemailer would encode a non-ASCII List-Id whole, with the `<id>` that must stay readable. */
function phrase(name: string): string {
  if (/[^\x20-\x7e]/.test(name)) return encodeWord(name, 'Q', 52)
  return `"${name.replace(/["\\]/g, '\\$&')}"`
}

/** The last line of defence: values are checked at the edge, so one that fails here is a fault in the code. */
function refuse(forbidden: RegExp, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (forbidden.test(value)) throw new Error(`the ${name} of a mail has a forbidden character`)
  }
}

/** Already a header's text: nodemailer only folds it. */
function ready(value: string) {
  return { prepared: true, foldLines: true, value }
}

/** Quoted-printable whatever the text is: lines of 76, and slots can be cut into it. */
function part(content: string) {
  const lines = content.replace(/\r\n?|\n/g, '\r\n').replaceAll('\0', '')
  return { content: lines, contentTransferEncoding: 'quoted-printable' }
}
