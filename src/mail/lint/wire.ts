import { type Breach, type Rule, valuesOf } from '#mail/lint/subject.ts'

const ONCE = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'references',
  'in-reply-to',
  'mime-version',
  'content-type',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-help',
  'list-archive',
  'feedback-id',
  'auto-submitted',
  'precedence',
]

const NEEDED = ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type']

/** RFC 5321 and 5322: what can be seen on the bytes alone. */
export const WIRE_RULES: readonly Rule[] = [
  {
    name: 'crlf-only',
    says: 'a line ends in a bare CR or LF',
    fix: 'End every line with CR LF (RFC 5321 2.3.8); a file saved on Unix often lost its CRs.',
    where: 'the message',
    check: ({ bytes }) => {
      const bare = /\r(?!\n)|(?<!\r)\n/.exec(bytes)
      return bare === null ? [] : [{ what: '', where: lineAt(bytes, bare.index) }]
    },
  },
  {
    name: 'no-nul',
    says: 'a NUL byte',
    fix: 'Encode the part as quoted-printable or base64.',
    where: 'the message',
    check: ({ bytes }) => {
      const at = bytes.indexOf('\0')
      return at < 0 ? [] : [{ what: '', where: lineAt(bytes, at) }]
    },
  },
  {
    name: 'line-length-limit',
    says: 'a line is longer than 998 bytes',
    fix: 'Fold headers, and encode bodies as quoted-printable (RFC 5322 2.1.1).',
    where: 'the message',
    check: ({ bytes }) => tooLong(bytes.split('\r\n'), 998),
  },
  {
    name: 'body-line-length',
    says: 'a line of the body is longer than 78 bytes',
    fix: 'Encode the part as quoted-printable.',
    where: 'the body',
    own: true,
    check: ({ bodyLines }) => tooLong(bodyLines, 78),
  },
  {
    name: 'parts-closed',
    says: 'the last part has no end: the mail was cut off',
    fix: 'Send or save the whole message; its last line is the boundary with two hyphens after it.',
    where: 'the body',
    check: (mail) => {
      const type = valuesOf(mail, 'content-type')[0] ?? ''
      const [, quoted, bare] = /boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type) ?? []
      const boundary = quoted ?? bare
      return boundary === undefined || mail.bytes.includes(`\n--${boundary}--`) ? [] : ['']
    },
  },
  {
    name: 'headers-ascii',
    says: 'a header holds bytes that are not ASCII',
    fix: 'Encode it as RFC 2047 says: =?UTF-8?Q?…?=.',
    where: 'the head',
    check: ({ headers }) =>
      headers
        .filter(({ value }) => /[^\t\x20-\x7e]/.test(value))
        .map(({ name }) => ({ what: '', where: `header ${name.slice(0, 40)}` })),
  },
  {
    name: 'header-present',
    says: 'a header is missing',
    fix: 'Add it: receivers mark or refuse mail without it.',
    where: 'the head',
    check: (mail) => NEEDED.filter((name) => valuesOf(mail, name).length === 0),
  },
  {
    name: 'header-once',
    says: 'a header is there twice',
    fix: 'Keep one: receivers choose different ones, and Gmail refuses (RFC 5322 3.6).',
    where: 'the head',
    check: (mail) => ONCE.filter((name) => valuesOf(mail, name).length > 1),
  },
]

function tooLong(lines: string[], limit: number): Breach[] {
  return lines.flatMap((line, index) =>
    line.length > limit
      ? [
          {
            what: `${line.length} bytes`,
            where: `line ${index + 1}: ${line.slice(0, 40)}…`,
          },
        ]
      : [],
  )
}

function lineAt(bytes: string, at: number): string {
  return `line ${bytes.slice(0, at).split(/\r\n|\r|\n/).length}`
}
