import { type Rule, unless, valuesOf } from '#mail/lint/subject.ts'

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
    check: ({ bytes }) =>
      unless(!/\r(?!\n)|(?<!\r)\n/.test(bytes), 'a line ends in a bare CR or LF'),
  },
  {
    name: 'no-nul',
    check: ({ bytes }) => unless(!bytes.includes('\0'), 'a NUL byte'),
  },
  {
    name: 'line-length-limit',
    check: ({ bytes }) => tooLong(bytes.split('\r\n'), 998),
  },
  {
    name: 'body-line-length',
    check: ({ bodyLines }) => tooLong(bodyLines, 78),
  },
  {
    name: 'headers-ascii',
    check: ({ headers }) =>
      headers.filter(({ value }) => /[^\t\x20-\x7e]/.test(value)).map(({ name }) => name),
  },
  {
    name: 'header-present',
    check: (mail) => NEEDED.filter((name) => valuesOf(mail, name).length === 0),
  },
  {
    name: 'header-once',
    check: (mail) => ONCE.filter((name) => valuesOf(mail, name).length > 1),
  },
]

function tooLong(lines: string[], limit: number): string[] {
  const long = lines.filter((line) => line.length > limit)
  return long.map((line) => `${line.length} bytes: ${line.slice(0, 40)}…`)
}
