import { expect, test } from 'vitest'

import { lintMessage, RULES } from '#mail/lint-message.ts'
import { COMMON, composeMessage, edited, EXPECTED, swap } from './message-fixture.ts'

type Change = Parameters<typeof edited>[0]

const inRaw = (from: string | RegExp, to: string): Change => ({ raw: swap(from, to) })
const inHtml = (from: string | RegExp, to: string): Change => ({ html: swap(from, to) })
const inText = (from: string | RegExp, to: string): Change => ({ text: swap(from, to) })
const header = (name: string, value: string): Change =>
  inRaw(
    new RegExp(`^${name}:.*(?:\r\n[ \t].*)*\r\n`, 'im'),
    value === '' ? '' : `${name}: ${value}\r\n`,
  )

const BREACHES: Array<[rule: string, change: Change]> = [
  ['crlf-only', inRaw('Ferry back on Monday\r\nhttps', 'Ferry back on Monday\nhttps')],
  ['crlf-only', inRaw('Ferry back on Monday\r\nhttps', 'Ferry back\ron Monday\r\nhttps')],
  ['no-nul', inRaw('Ferry back on Monday\r\nhttps', 'Ferry \0 back\r\nhttps')],
  ['line-length-limit', inRaw('Subject: Ferry', `X-Long: ${'x'.repeat(1000)}\r\nSubject: Ferry`)],
  ['body-line-length', inRaw('Ferry back on Monday\r\nhttps', `${'x'.repeat(79)}\r\nhttps`)],
  ['headers-ascii', inRaw('Subject: Ferry', 'X-Odd: \xe4\r\nSubject: Ferry')],
  ['header-present', header('MIME-Version', '')],
  [
    'header-once',
    inRaw('Subject: Ferry', 'Date: Sun, 22 Nov 2026 06:00:00 +0000\r\nSubject: Ferry'),
  ],
  ['from-one-mailbox', header('From', 'One <a@news.example.org>, Two <b@news.example.org>')],
  ['to-one-reader', header('To', 'reader@example.net, other@example.net')],
  ['to-one-reader', inRaw('Subject: Ferry', 'Cc: other@example.net\r\nSubject: Ferry')],
  ['sender-absent', inRaw('Subject: Ferry', 'Sender: a@example.org\r\nSubject: Ferry')],
  ['reply-to', header('Reply-To', '')],
  ['reply-to', header('Reply-To', 'no-reply@example.org')],
  ['message-id', header('Message-ID', '<abc>')],
  ['message-id', header('Message-ID', '<abc@elsewhere.example>')],
  ['date', header('Date', 'yesterday')],
  ['auto-submitted', header('Auto-Submitted', 'no')],
  ['precedence', header('Precedence', '')],
  [
    'list-unsubscribe',
    header('List-Unsubscribe', '<mailto:u@example.org>, <https://news.example.org/u/Tok3n>'),
  ],
  ['list-unsubscribe', header('List-Unsubscribe', '<https://news.example.org/u/Tok3n>')],
  ['list-unsubscribe-post', header('List-Unsubscribe-Post', 'One-Click')],
  ['list-id', header('List-Id', 'Morning Courier')],
  ['list-help', header('List-Help', '<http://news.example.org/help>')],
  ['list-archive', header('List-Archive', '')],
  ['feedback-id', header('Feedback-ID', 'a:b:c:d:courier')],
  ['feedback-id', header('Feedback-ID', 'same:same:digest:courier')],
  ['feedback-id', header('Feedback-ID', 'e17:morning:digest:dc')],
  ['html-size', inHtml('<h1>', `<!-- ${'x'.repeat(90 * 1024)} --><h1>`)],
  [
    'unsubscribe-link',
    inHtml(/<a href="[^"]*\/u\/Tok3n">/, '<a href="https://news.example.org/u/">'),
  ],
  ['unsubscribe-link', inText('/u/Tok3n', '/u/')],
  ['postal-address', inText('1 Quay Street', '2 Quay Street')],
  ['why-line', inHtml('because you subscribed', 'since you subscribed')],
  ['links-secure', inHtml('<h1>', '<a href="http://example.org/">x</a><h1>')],
  ['links-secure', inHtml('<h1>', '<a href="javascript:alert(1)">x</a><h1>')],
  ['links-secure', inHtml('600"', '600" background="data:image/png;base64,AA"')],
  ['links-secure', inHtml('<h1>', '<p style="background:url(http://example.org/a.png)">x</p><h1>')],
  ['links-secure', inText('https://news.example.org/a/1', 'http://news.example.org/a/1')],
  ['no-shortener', inHtml('https://news.example.org/a/1', 'https://bit.ly/abc')],
  ['image-alt', inHtml('alt="The ferry" ', '')],
  ['image-width', inHtml(' width="600"', '')],
  ['no-tracking-pixel', inHtml('width="600"', 'width="1" height="1"')],
  ['no-tracking-pixel', inHtml('width="600"', 'width="600" style="display:none"')],
  ['html-language', inHtml(' dir="ltr"', '')],
  ['title-is-subject', inHtml('<title>Ferry back on Monday', '<title>News')],
  ['one-h1', inHtml('<h1>', '<h1>Twice</h1><h1>')],
  ['preview-text', inHtml('display:none', 'color:#333')],
  ['no-leftovers', inText('Ferry back', '{{ headline }} back')],
  ['no-leftovers', inHtml('1">Ferry back', '1">undefined back')],
  ['no-leftovers', inHtml('1">Ferry back', '1">[object Object] back')],
  ['no-leftovers', inHtml('1">Ferry back', '1">NaN back')],
  ['no-leftovers', inText('Ferry back', '%%TOKEN%% back')],
  ['text-without-markup', inText('Ferry back', '<b>Ferry</b> back')],
  ['text-without-markup', inText('Ferry back', 'Ferry &amp; bus back')],
  ['no-active-content', inHtml('<h1>', '<form></form><h1>')],
  ['no-active-content', inHtml('<h1>', '<h1 onclick="go()">')],
]

test('a good digest keeps every rule', async () => {
  const raw = await edited()

  expect(await lintMessage(raw, EXPECTED)).toEqual([])
})

test.each(BREACHES)('%s is reported, and nothing else: %o', async (rule, change) => {
  const raw = await edited(change)

  const violations = await lintMessage(raw, EXPECTED)

  expect([...new Set(violations.map((violation) => violation.rule))]).toEqual([rule])
})

test('a service mail has no list headers and no Precedence', async () => {
  const good = await composeMessage({ ...COMMON, kind: 'service' })
  const digest = await edited()

  const fine = await lintMessage(good, { kind: 'service' })
  const wrong = await lintMessage(digest, { kind: 'service' })

  expect(fine).toEqual([])
  expect(new Set(wrong.map(({ rule }) => rule))).toEqual(
    new Set(['precedence', 'service-without-list']),
  )
})

test.each([
  ['no text part', inRaw('Content-Type: text/plain', 'Content-Type: text/calendar')],
  ['no HTML part', inRaw('Content-Type: text/html', 'Content-Type: text/plain')],
  ['the parts one after the other', inRaw('multipart/alternative', 'multipart/mixed')],
])('a mail with %s breaks text-and-html', async (_, change) => {
  const raw = await edited(change)

  const violations = await lintMessage(raw, EXPECTED)

  expect(violations.map(({ rule }) => rule)).toContain('text-and-html')
})

test('every rule is shown by a message that breaks it', () => {
  const shown = new Set(
    BREACHES.map(([rule]) => rule).concat('service-without-list', 'text-and-html'),
  )

  expect(RULES.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
})

test('an http link to this machine passes, as in the demo', async () => {
  const raw = await edited(inHtml('<h1>', '<a href="http://127.0.0.1:8080/x">x</a><h1>'))

  expect(await lintMessage(raw, EXPECTED)).toEqual([])
})

test('words that only contain a leftover are words', async () => {
  const raw = await edited(inHtml('<h1>', '<p>Nan and Nantes, undefinedness</p><h1>'))

  expect(await lintMessage(raw, EXPECTED)).toEqual([])
})
