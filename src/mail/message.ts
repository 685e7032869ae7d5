import { createHash } from 'node:crypto'
import { type Block, encodeBlock, type Piece, rawBlock } from './mime/block.ts'
import {
  headerField,
  type Mailbox,
  mailboxField,
  phrase,
  refuse,
  textField,
} from './mime/header-field.ts'
import type { HeaderField } from './mime/unsigned-message.ts'

/** What goes to the readers of a newsletter, with its way out. */
export type NewsletterKind = 'digest' | 'alert' | 'correction' | 'note'

/** Service mails: confirmation, reminder, welcome, address change, approval, notice, test. */
export type MailKind = NewsletterKind | 'service'

type Common = {
  from: Mailbox
  subject: string
  /** What the MIME boundary is derived from: the same seed makes the same bytes. */
  boundarySeed: string
}

/** What all mails of an edition, or of a service form, say in their headers. */
export type SharedHead =
  | (Common & {
      kind: NewsletterKind
      replyTo: string
      /** `edition:list:kind:sender` */
      feedbackId: string
      list: {
        /** A name for people and a stable id in the form of a domain (RFC 2919). */
        id: { name: string; value: string }
        owner: string
        subscribe: string
        /** Where the edition can be read on the web. */
        archive: string
      }
    })
  | (Common & { kind: 'service'; replyTo?: string; feedbackId?: string; list?: never })

/** What differs from mail to mail. */
export type OwnHead = {
  to: string
  /** With its angle brackets. */
  messageId: string
  date: Date
  /** Unique for mails that must not be shown as one conversation. */
  entityRef?: string
  /** The Message-ID of the mail that it is about. */
  inReplyTo?: string
  /** Message-ids: a constant one threads, a unique one keeps apart. */
  references?: string
  list?: {
    /** One-click address (RFC 8058) and the mailbox that does the same. */
    unsubscribe: { url: string; mailbox: string }
    help: string
  }
}

/** Encodes what is shared once; a mail's fields are those and a few of its own. */
export function compileHead(shared: SharedHead): (own: OwnHead) => HeaderField[] {
  const { list, boundarySeed } = shared
  const listed = list && {
    id: headerField('List-ID', `${phrase('List-ID', list.id.name)} <${list.id.value}>`),
    rest: [
      headerField('List-Archive', `<${list.archive}>`),
      headerField('List-Owner', `<mailto:${list.owner}>`),
      headerField('List-Subscribe', `<${list.subscribe}>`),
    ],
  }
  const automatic = automaticFields(shared)
  const from = mailboxField('From', shared.from)
  const replyTo = shared.replyTo === undefined ? [] : [replyField(shared.replyTo)]
  const subject = textField('Subject', shared.subject)
  const mime = [
    headerField('MIME-Version', '1.0'),
    headerField('Content-Type', `multipart/alternative; boundary="${boundaryOf(boundarySeed)}"`),
  ]
  return (own) => [
    ...(listed && own.list ? [listed.id, ...listFields(own.list), ...listed.rest] : []),
    ...automatic,
    ...optionalField('X-Entity-Ref-ID', own.entityRef),
    from,
    mailboxField('To', { name: '', address: own.to }),
    ...replyTo,
    ...optionalField('In-Reply-To', own.inReplyTo),
    ...optionalField('References', own.references),
    subject,
    headerField('Message-ID', own.messageId),
    headerField('Date', own.date.toUTCString().replace('GMT', '+0000')),
    ...mime,
  ]
}

/** What stands around and between the two parts of a body. */
export function compileFrame({ boundarySeed }: { boundarySeed: string }) {
  const boundary = boundaryOf(boundarySeed)
  const opening = (type: string) =>
    `--${boundary}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`
  return {
    beforeText: rawBlock(opening('text/plain')),
    beforeHtml: rawBlock(`\r\n${opening('text/html')}`),
    end: rawBlock(`\r\n--${boundary}--\r\n`),
  }
}

/** A whole body of one text and one HTML. */
export function compileBody(
  shared: { boundarySeed: string },
  { text, html }: { text: readonly Piece[]; html: readonly Piece[] },
): Block[] {
  const { beforeText, beforeHtml, end } = compileFrame(shared)
  for (const part of [text, html]) {
    const empty = part.every((piece) => typeof piece === 'string' && piece.trim() === '')
    if (empty) throw new Error('a mail has both text and HTML')
  }
  return [beforeText, encodeBlock(text), beforeHtml, encodeBlock(html), end]
}

/** Quoted-printable never holds "=_" (RFC 2045 6.7), so no body holds its boundary. */
function boundaryOf(seed: string): string {
  return `=_${createHash('sha256').update(seed).digest('hex').slice(0, 24)}`
}

function automaticFields({ kind, feedbackId }: SharedHead): HeaderField[] {
  return [
    ...optionalField('Feedback-ID', feedbackId),
    headerField('Auto-Submitted', 'auto-generated'),
    // Not a standard, but old vacation robots keep quiet for it; on a confirmation it costs placement.
    ...optionalField('Precedence', kind === 'digest' ? 'bulk' : undefined),
    headerField('X-Auto-Response-Suppress', 'OOF, AutoReply'),
  ]
}

function listFields({ unsubscribe, help }: NonNullable<OwnHead['list']>): HeaderField[] {
  const { url, mailbox } = unsubscribe
  for (const address of [url, mailbox]) refuse(/[\s<>,]/, 'unsubscribe address', address)
  return [
    headerField('List-Unsubscribe', `<${url}>, <mailto:${mailbox}>`),
    ONE_CLICK,
    headerField('List-Help', `<${help}>`),
  ]
}

const ONE_CLICK = headerField('List-Unsubscribe-Post', 'List-Unsubscribe=One-Click')

function replyField(address: string): HeaderField {
  return mailboxField('Reply-To', { name: '', address })
}

function optionalField(name: string, value: string | undefined): HeaderField[] {
  return value === undefined ? [] : [headerField(name, value)]
}
