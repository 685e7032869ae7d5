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

/** Who it is from and to, and what receivers and list tools read. */
export const HEADER_RULES: readonly Rule[] = [
  {
    name: 'from-one-mailbox',
    check: (mail) => {
      const from = valueOf(mail, 'from')
      const mailboxes = from.replace(/"(?:[^"\\]|\\.)*"/g, '').split(',')
      const one = mailboxes.length === 1 && Boolean(mail.email.from?.address)
      return unless(one, from || 'no From')
    },
  },
  {
    name: 'to-one-reader',
    check: (mail) => {
      const { to = [], cc = [], bcc = [] } = mail.email
      const one = to.length === 1 && Boolean(to[0]?.address) && cc.length + bcc.length === 0
      return unless(one, `${to.length} in To, ${cc.length} in Cc, ${bcc.length} in Bcc`)
    },
  },
  {
    name: 'sender-absent',
    check: (mail) => unless(valuesOf(mail, 'sender').length === 0, valueOf(mail, 'sender')),
  },
  {
    name: 'reply-to',
    check: (mail, expected) => {
      const address = mail.email.replyTo?.[0]?.address ?? ''
      if (!goesToReaders(expected) && address === '') return []
      return unless(address !== '' && !NO_REPLY.test(address), address || 'no Reply-To')
    },
  },
  {
    name: 'message-id',
    check: (mail, { messageIdDomain }) => {
      const value = valueOf(mail, 'message-id')
      const domain = MESSAGE_ID.exec(value)?.[1]
      const ours = messageIdDomain === undefined || domain === messageIdDomain
      return unless(domain !== undefined && ours, value)
    },
  },
  {
    name: 'date',
    check: (mail) => {
      const value = valueOf(mail, 'date')
      return unless(DATE.test(value) && !Number.isNaN(Date.parse(value)), value)
    },
  },
  {
    name: 'auto-submitted',
    check: (mail) => exactly(mail, 'auto-submitted', 'auto-generated'),
  },
  {
    name: 'precedence',
    check: (mail, { kind }) => {
      if (kind === 'digest') return exactly(mail, 'precedence', 'bulk')
      return unless(
        valuesOf(mail, 'precedence').length === 0,
        `Precedence on a mail of kind ${kind}`,
      )
    },
  },
  forReaders('list-unsubscribe', (mail) => {
    const value = valueOf(mail, 'list-unsubscribe')
    const match = /^<(https?:[^<>\s,]+)>,\s*<mailto:[^<>\s,@]+@[^<>\s,@]+>$/.exec(value)
    return unless(match?.[1] !== undefined && isSecure(match[1]), value || 'no List-Unsubscribe')
  }),
  forReaders('list-unsubscribe-post', (mail) =>
    exactly(mail, 'list-unsubscribe-post', 'List-Unsubscribe=One-Click'),
  ),
  forReaders('list-id', (mail) => {
    const value = valueOf(mail, 'list-id')
    return unless(LIST_ID.test(value), value || 'no List-Id')
  }),
  forReaders('list-help', (mail) => webAddress(mail, 'list-help')),
  forReaders('list-archive', (mail) => webAddress(mail, 'list-archive')),
  forReaders('feedback-id', (mail) => {
    const value = valueOf(mail, 'feedback-id')
    const fields = value.split(':').filter((field) => field !== '')
    const sender = value.split(':').at(-1) ?? ''
    const wellFormed = /^[\w.-]*(?::[\w.-]*){0,3}$/.test(value) && /^[\w.-]{5,15}$/.test(sender)
    return unless(wellFormed && new Set(fields).size === fields.length, value || 'no Feedback-ID')
  }),
  {
    name: 'service-without-list',
    check: ({ headers }, expected) =>
      goesToReaders(expected)
        ? []
        : headers.filter(({ name }) => name.startsWith('list-')).map(({ name }) => name),
  },
]

function forReaders(name: string, check: (mail: Examined, expected: Expected) => string[]): Rule {
  return {
    name,
    check: (mail, expected) => (goesToReaders(expected) ? check(mail, expected) : []),
  }
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
