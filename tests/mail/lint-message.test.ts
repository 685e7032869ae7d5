import { expect, test } from 'vitest'

import { readFeatures } from '#mail/lint/client-support.ts'
import { lintMail, lintMessage, RULES } from '#mail/lint-message.ts'
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
  ['parts-closed', inRaw(/--\r\n$/, '\r\n')],
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
  ['looked-through', inHtml('<h1>', `${'<i></i>'.repeat(10_001)}<h1>`)],
  ['link-text', inHtml('1">Ferry back on Monday<', '1">Read more …<')],
  ['link-text', inHtml('1">Ferry back on Monday<', '1"><img src="cid:a" alt="" width="9"><')],
  [
    'link-text-unique',
    inHtml('<h1>', '<a href="https://news.example.org/b">Ferry back on Monday</a><h1>'),
  ],
  ['link-text-honest', inHtml('1">Ferry back on Monday<', '1">www.bank.example/login<')],
  ['body-language', inHtml('<body lang="en"', '<body')],
  ['heading-order', inHtml('</h1>', '</h1><h3>Too deep</h3>')],
  ['layout-table', inHtml('<h1>', '<table><tr><td>Cell</td></tr></table><h1>')],
  ['layout-heading-cell', inHtml('<h1>', '<table role="none"><tr><th>Cell</th></tr></table><h1>')],
  ['image-alt-words', inHtml('alt="The ferry"', 'alt="IMG_0412.jpg"')],
  ['contrast', inHtml('<h1>', '<p style="color:#777">Pale words</p><h1>')],
  [
    'contrast',
    inHtml(
      '</head>',
      '<style>@media (prefers-color-scheme: dark) { p { color: #333 !important } body { background: #111 } }</style></head>',
    ),
  ],
  ['type-size', inHtml('<h1>', '<p style="font-size:10pt">Small words</p><h1>')],
  ['type-size', inHtml('<p>The yard', '<p style="font:15px/20px serif">The yard')],
  ['link-distinct', inHtml('">Unsubscribe', '" style="text-decoration:none">Unsubscribe')],
  [
    'link-target',
    inHtml('1">Ferry', '1" style="display:block;padding:4px;line-height:20px">Ferry'),
  ],
]

const [PROGRAMS, CHECKED] = ['client-support', readFeatures() !== null]

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

test('words in pictures only are reported', async () => {
  const picture = '<h1>Ferry</h1><img src="https://a.example/1.png" alt="Ferry back" width="600">'
  const raw = await edited(inHtml(/<h1>[\s\S]*(?=<\/body>)/, picture))

  const violations = await lintMessage(raw, { kind: 'service' })

  expect(violations.map(({ rule }) => rule)).toContain('text-in-images')
})

test('every rule is shown by a message that breaks it', () => {
  const shown = new Set(
    BREACHES.map(([rule]) => rule).concat(
      'service-without-list',
      'text-and-html',
      'text-in-images',
      PROGRAMS,
    ),
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

test.skipIf(!CHECKED && process.env['CI'] !== 'true').each([
  ['display:flex', '<p style="display:flex">x</p>', 'display:flex: not in outlook windows'],
  ['position', '<p style="position:absolute">x</p>', 'position: not in gmail desktop-webmail'],
  ['grid', '<p style="display: grid">x</p>', 'display:grid: not in'],
  ['svg', '<svg width="9"></svg>', 'Embedded <svg> image: not in'],
  ['video', '<video width="9"></video>', '<video> element: not in'],
  ['calc()', '<p style="width:calc(10px + 1em)">x</p>', 'CSS calc() function: not in'],
  ['@import', '<style>@import "https://a.example/x.css";</style>', '@import: not in'],
  ['::before', '<style>p::before { color: red }</style>', '::before: not in'],
  ['variables', '<p style="color:var(--ink)">x</p>', 'CSS Variables (Custom Properties): not in'],
])(
  '%s is named with the mail programs that do not know it (skipped: caniemail is not installed)',
  async (_, html, what) => {
    const raw = await edited(inHtml('<h1>', `${html}<h1>`))

    const violations = await lintMessage(raw, EXPECTED)

    expect(violations.map(({ rule }) => rule)).toContain(PROGRAMS)
    expect(violations.map((violation) => violation.what).join(' ')).toContain(what)
  },
)

test('a mail of nobody we know is asked for nothing that only our mails have', async () => {
  const raw = await edited({
    raw: (source) =>
      source.replace(/^(?:List-|Feedback-|Precedence|Auto-).*\r\n(?:[ \t].*\r\n)*/gim, ''),
  })

  expect(await lintMessage(raw, {})).toEqual([])
})

test('a mail of anybody that says it goes to many needs one-click unsubscribing', async () => {
  const raw = await edited(inRaw(/^List-Unsubscribe(?:-Post)?:.*\r\n(?:[ \t].*\r\n)*/gim, ''))

  const violations = await lintMessage(raw, {})

  expect(violations.map(({ rule }) => rule)).toEqual(['list-unsubscribe', 'list-unsubscribe-post'])
})

test('a mail that was saved without its CRs is checked as it was sent, and our own must have them', async () => {
  const raw = Buffer.from((await edited()).toString('latin1').replaceAll('\r\n', '\n'), 'latin1')

  const anybodys = await lintMessage(raw, {})
  const ours = await lintMessage(raw, EXPECTED)

  expect(anybodys).toEqual([])
  expect(ours.map(({ rule }) => rule)).toContain('crlf-only')
})

test('a violation says what, where, how to mend it, and how bad it is', async () => {
  const raw = await edited(inHtml('<h1>', '<p class="pale" style="color:#777">Pale words</p><h1>'))

  expect(await lintMessage(raw, EXPECTED)).toEqual([
    {
      rule: 'contrast',
      severity: 'fault',
      what: expect.stringContaining('light palette, 4.5 to 1, #777777 on #ffffff') as string,
      where: '<p class="pale"> Pale words',
      fix: expect.stringContaining('4.5 to 1') as string,
    },
  ])
})

test('of a fault in every paragraph twenty are told and the rest is counted', async () => {
  const raw = await edited(inHtml('<h1>', `${'<img src="cid:a" width="9">'.repeat(50)}<h1>`))

  const violations = await lintMessage(raw, EXPECTED)

  expect(violations).toHaveLength(21)
  expect(violations.at(-1)?.what).toContain('30 times more')
})

test('without the spam filters nothing is asked of them', async () => {
  const { unchecked } = await lintMail(await edited(), EXPECTED)

  expect(unchecked.filter((words) => words.includes('spam'))).toEqual([])
})
