import {
  type Examined,
  type Expected,
  goesToReaders,
  type Rule,
  unless,
  valueOf,
  valuesOf,
} from '#mail/lint/subject.ts'
import { isLoopback } from '#mail/smtp-url.ts'

const NO_REPLY = /^(?:no|do-?not|donot)[-_.]?reply/i
const MESSAGE_ID = /^<[^\s<>@]{1,200}@([a-z0-9.-]+)>$/i
const LIST_ID =
  /^(?:"(?:[^"\\]|\\.)*" |(?:=\?[^?\s]+\?[QB]\?[^?\s]*\?= ?)+)?<[\w-]+(?:\.[\w-]+)+>$/i
// RFC 5322 3.3 with a numeric zone, as every mail program writes it.
const DATE = /^(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/

const OUR_WAY_OUT = /^<(https?:[^<>\s,]+)>,\s*<mailto:[^<>\s,@]+@[^<>\s,@]+>$/
const ANY_WAY_OUT = /<\s*(https?:[^<>\s]+)\s*>/i

/** Who it is from and to, and what receivers and list tools read. */
export const HEADER_RULES: readonly Rule[] = [
  {
    name: 'from-one-mailbox',
    says: 'From does not name exactly one mailbox',
    fix: 'Name one sender, as in: From: Name of the paper <news@example.org>.',
    where: 'header From',
    check: (mail) => {
      const from = valueOf(mail, 'from')
      const mailboxes = from.replace(/"(?:[^"\\]|\\.)*"/g, '').split(',')
      const one = mailboxes.length === 1 && Boolean(mail.email.from?.address)
      return unless(one, from || 'no From')
    },
  },
  {
    name: 'to-one-reader',
    says: 'the mail does not go to exactly one reader',
    fix: 'Write one mail a reader: one address in To, none in Cc and Bcc.',
    where: 'header To',
    own: true,
    check: (mail) => {
      const { to = [], cc = [], bcc = [] } = mail.email
      const one = to.length === 1 && Boolean(to[0]?.address) && cc.length + bcc.length === 0
      return unless(one, `${to.length} in To, ${cc.length} in Cc, ${bcc.length} in Bcc`)
    },
  },
  {
    name: 'sender-absent',
    says: 'there is a Sender beside From',
    fix: 'Leave Sender out: some programs show it as "on behalf of".',
    where: 'header Sender',
    own: true,
    check: (mail) => unless(valuesOf(mail, 'sender').length === 0, valueOf(mail, 'sender')),
  },
  {
    name: 'reply-to',
    says: 'a reply reaches nobody',
    fix: 'Give a mailbox that somebody reads, not no-reply.',
    where: 'header Reply-To',
    own: true,
    check: (mail, expected) => {
      const address = mail.email.replyTo?.[0]?.address ?? ''
      if (!goesToReaders(expected) && address === '') return []
      return unless(address !== '' && !NO_REPLY.test(address), address || 'no Reply-To')
    },
  },
  {
    name: 'message-id',
    says: 'the Message-ID is malformed or of another domain',
    fix: 'Write <unique@your.domain>, the same at every repeat.',
    where: 'header Message-ID',
    check: (mail, { messageIdDomain }) => {
      const value = valueOf(mail, 'message-id')
      const domain = MESSAGE_ID.exec(value)?.[1]
      const ours = messageIdDomain === undefined || domain === messageIdDomain
      return unless(domain !== undefined && ours, value)
    },
  },
  {
    name: 'date',
    says: 'the Date is not one',
    fix: 'Write it as RFC 5322 3.3 says, with a numeric zone.',
    where: 'header Date',
    check: (mail) => {
      const value = valueOf(mail, 'date')
      return unless(DATE.test(value) && !Number.isNaN(Date.parse(value)), value)
    },
  },
  {
    name: 'auto-submitted',
    says: 'the mail does not say that a program wrote it',
    fix: 'Add Auto-Submitted: auto-generated (RFC 3834), so that no robot answers.',
    where: 'header Auto-Submitted',
    own: true,
    check: (mail) => exactly(mail, 'auto-submitted', 'auto-generated'),
  },
  {
    name: 'precedence',
    says: 'Precedence does not fit the kind of mail',
    fix: 'Set Precedence: bulk on digests, and leave it out elsewhere.',
    where: 'header Precedence',
    own: true,
    check: (mail, { kind }) => {
      if (kind === 'digest') return exactly(mail, 'precedence', 'bulk')
      return unless(
        valuesOf(mail, 'precedence').length === 0,
        `Precedence on a mail of kind ${kind}`,
      )
    },
  },
  {
    name: 'list-unsubscribe',
    says: 'one-click unsubscribing is missing or malformed',
    fix: 'Add List-Unsubscribe: <https://…>, <mailto:…>. Gmail and Yahoo require it (RFC 8058).',
    where: 'header List-Unsubscribe',
    check: (mail, expected) => {
      if (!goesToMany(mail, expected)) return []
      const value = valueOf(mail, 'list-unsubscribe')
      const url = (expected.kind === undefined ? ANY_WAY_OUT : OUR_WAY_OUT).exec(value)?.[1]
      return unless(url !== undefined && isSecure(url), value || 'no List-Unsubscribe')
    },
  },
  {
    name: 'list-unsubscribe-post',
    says: 'one-click unsubscribing is not declared',
    fix: 'Add List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058).',
    where: 'header List-Unsubscribe-Post',
    check: (mail, expected) =>
      goesToMany(mail, expected)
        ? exactly(mail, 'list-unsubscribe-post', 'List-Unsubscribe=One-Click')
        : [],
  },
  forReaders({
    name: 'list-id',
    says: 'the list has no id',
    fix: 'Add List-Id: Name <list.example.org> (RFC 2919).',
    where: 'header List-Id',
    check: (mail) => {
      const value = valueOf(mail, 'list-id')
      return unless(LIST_ID.test(value), value || 'no List-Id')
    },
  }),
  forReaders({
    name: 'list-help',
    says: 'there is no secure address for help',
    fix: 'Add List-Help: <https://…> (RFC 2369).',
    where: 'header List-Help',
    check: (mail) => webAddress(mail, 'list-help'),
  }),
  forReaders({
    name: 'list-archive',
    says: 'there is no secure address of the edition on the web',
    fix: 'Add List-Archive: <https://…> (RFC 2369).',
    where: 'header List-Archive',
    check: (mail) => webAddress(mail, 'list-archive'),
  }),
  forReaders({
    name: 'feedback-id',
    says: 'the Feedback-ID is missing or malformed',
    fix: 'Write edition:list:kind:sender; the sender has 5 to 15 characters, and no field repeats.',
    where: 'header Feedback-ID',
    check: (mail) => {
      const value = valueOf(mail, 'feedback-id')
      const fields = value.split(':').filter((field) => field !== '')
      const sender = value.split(':').at(-1) ?? ''
      const wellFormed = /^[\w.-]*(?::[\w.-]*){0,3}$/.test(value) && /^[\w.-]{5,15}$/.test(sender)
      return unless(wellFormed && new Set(fields).size === fields.length, value || 'no Feedback-ID')
    },
  }),
  {
    name: 'service-without-list',
    says: 'a service mail has headers of a list',
    fix: 'Leave the List- headers out: this mail goes to one person who asked.',
    where: 'the head',
    own: true,
    check: ({ headers }, expected) =>
      goesToReaders(expected)
        ? []
        : headers.filter(({ name }) => name.startsWith('list-')).map(({ name }) => name),
  },
]

function forReaders(rule: Rule): Rule {
  return {
    ...rule,
    own: true,
    check: (mail, expected) => (goesToReaders(expected) ? rule.check(mail, expected) : []),
  }
}

// Mail of a kind that nobody told counts as sent to many when it says so itself.
function goesToMany(mail: Examined, expected: Expected): boolean {
  if (expected.kind !== undefined) return goesToReaders(expected)
  const listed = ['list-unsubscribe', 'list-id'].some((name) => valuesOf(mail, name).length > 0)
  return listed || /^(?:bulk|list)$/i.test(valueOf(mail, 'precedence'))
}

function exactly(mail: Examined, name: string, value: string): string[] {
  return unless(valueOf(mail, name) === value, valueOf(mail, name) || `no ${name}`)
}

function webAddress(mail: Examined, name: string): string[] {
  const url = /^<(https?:[^<>\s]+)>$/.exec(valueOf(mail, name))?.[1]
  return unless(url !== undefined && isSecure(url), valueOf(mail, name) || `no ${name}`)
}

/** https, or http to this very machine while somebody tries Daybreak out. */
export function isSecure(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (
    protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')))
  )
}
