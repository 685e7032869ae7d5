import { expect, test } from 'vitest'

import { seededBytes } from '../../../bench/support/seeded-bytes.ts'

import { adviceFor } from '#mail/returned/advice.ts'
import { CODE_RULES, WORD_RULES } from '#mail/returned/bounce-rules.ts'
import { classifyReply } from '#mail/returned/classify.ts'
import { readReturn } from '#mail/returned/read-return.ts'
import { quotedReply, saidAfterData, transcriptOf } from '#mail/returned/transcript.ts'

const REPORT = [
  'From: MAILER-DAEMON@mx.example.net',
  'Subject: Undelivered Mail Returned to Sender',
  'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  '<reader@example.net>: host mx.example.net said: 550 5.1.1 user unknown',
  '    (in reply to RCPT TO command)',
  '',
  '--b',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; relay.example.org',
  '',
  'Final-Recipient: rfc822; reader@example.net',
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1 user unknown',
  '',
  '--b',
  'Content-Type: message/rfc822',
  '',
  'Subject: The harbour',
  '',
  'Hello',
  '--b--',
  '',
].join('\r\n')

test('a report cut off anywhere is read without an error', async () => {
  const bytes = Buffer.from(REPORT)

  const reads = await Promise.all(
    Array.from(bytes.keys(), (end) => readReturn(bytes.subarray(0, end))),
  )

  expect(reads).toHaveLength(bytes.length)
  expect((await readReturn(bytes)).returned).toMatchObject({ verdict: 'hard' })
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'bytes of seed %i that are no mail suppress nobody',
  async (seed) => {
    const alone = seededBytes(seed, 5000)
    const withHead = Buffer.concat([Buffer.from(REPORT.slice(0, 200)), seededBytes(seed, 5000)])

    const reads = await Promise.all([alone, withHead].map((bytes) => readReturn(bytes)))

    for (const { returned } of reads) {
      expect(returned.kind).not.toBe('complaint')
      expect(returned).not.toMatchObject({ verdict: 'hard' })
    }
  },
)

test('a mail of 20 MB is read as far as its first megabyte', async () => {
  const huge = Buffer.concat([
    Buffer.from(REPORT.slice(0, REPORT.indexOf('--b--'))),
    Buffer.alloc(20 * 1024 * 1024, 'x'),
  ])

  const { returned } = await readReturn(huge)

  expect(returned).toMatchObject({ verdict: 'hard', reason: 'no such mailbox' })
})

const K64 = 64 * 1024
const HOSTILE: Record<string, string> = {
  newlines: '\n'.repeat(K64 / 4), // The parser takes 9 µs a line, whatever its length.
  spaces: ' '.repeat(K64),
  'lines of spaces': `${' '.repeat(200)}\n`.repeat(K64 / 201),
  quotes: '> '.repeat(K64 / 2),
  dashes: '-'.repeat(K64),
  'lines of dashes': `${'-'.repeat(70)}\n`.repeat(K64 / 71),
  letters: 'a'.repeat(K64),
  addresses: 'a@'.repeat(K64 / 2),
  'opened addresses': '<a@b'.repeat(K64 / 4),
  tags: '<'.repeat(K64),
  styles: '<style>'.repeat(K64 / 7),
  digits: '550 '.repeat(K64 / 4),
  statuses: '5.1.1.'.repeat(K64 / 6),
  replies: '550 5.1.1 \n'.repeat(K64 / 11),
  words: 'mailbox user quota exceed message domain host not '.repeat(K64 / 50),
  'nearly full': 'mailbox is '.repeat(K64 / 11),
  'nearly unknown': 'unknown local virtual e-mail '.repeat(K64 / 29),
  colons: 'feedback-type:\t'.repeat(K64 / 15),
  'field names': 'a-b:'.repeat(K64 / 4),
  'encoded words': '=?utf-8?q?a?= '.repeat(K64 / 14),
}

/** Where a text from outside is read: in each of them it must be harmless. */
const PLACES: Record<string, (text: string) => string> = {
  'the body of a notice': (text) =>
    `From: MAILER-DAEMON@example.net\r\nSubject: Undelivered\r\n\r\n${text}`,
  'a page': (text) =>
    `From: MAILER-DAEMON@example.net\r\nSubject: Undelivered\r\nContent-Type: text/html\r\n\r\n${text}`,
  'the body of a letter': (text) => `From: jane@example.org\r\nSubject: Hello\r\n\r\n${text}`,
  'a subject': (text) => `From: jane@example.org\r\nSubject: ${text.replace(/\s/g, ' ')}\r\n\r\nHi`,
  'a diagnostic': (text) => REPORT.replace('smtp; 550 5.1.1 user unknown', text),
  'the text before a report': (text) => REPORT.replace('<reader@example.net>: host', text),
  'a delivery status': (text) => REPORT.replace('Reporting-MTA: dns; relay.example.org', text),
  'a header of the returned mail': (text) => REPORT.replace('Subject: The harbour', text),
}

// Backtracking over 64 kB takes minutes, reading them milliseconds: the bound need not be exact.
test.each(Object.entries(HOSTILE))(
  'a mail with much of this takes no time: %s',
  async (_, text) => {
    const began = process.cpuUsage()

    for (const place of Object.values(PLACES)) await readReturn(Buffer.from(place(text)))
    const { user, system } = process.cpuUsage(began)

    expect((user + system) / 1e6).toBeLessThan(2)
  },
)

test.each([...Object.entries(HOSTILE), ['more newlines', '\n'.repeat(K64)]])(
  'words of 64 kB of %s are looked at in no time',
  (_, text) => {
    const began = process.cpuUsage()

    quotedReply(transcriptOf(`said:${text}.`))
    saidAfterData(text)
    classifyReply({ code: 550, text })
    adviceFor({ reason: 'policy', text })
    const { user, system } = process.cpuUsage(began)

    expect((user + system) / 1e6).toBeLessThan(0.5)
  },
)

test('no rule reads a line of the longest length for long, whatever stands in it', () => {
  const lines = Object.values(HOSTILE).map((text) => text.slice(0, 2000))
  const began = process.cpuUsage()

  for (const { pattern } of [...WORD_RULES, ...CODE_RULES])
    for (const line of lines) pattern.test(line)
  const { user, system } = process.cpuUsage(began)

  expect((user + system) / 1e6).toBeLessThan(2)
})
