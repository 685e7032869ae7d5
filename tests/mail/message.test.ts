import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'

import { COMMON, composeMessage, DIGEST } from './message-fixture.ts'

test('the same input gives the same bytes', async () => {
  const first = await composeMessage(DIGEST)
  const second = await composeMessage({ ...DIGEST })

  expect(second.equals(first)).toBe(true)
})

test('what was written is what is read', async () => {
  const text = 'Grüße\n.a line with a dot\n\ntrailing space \n日本語の見出し\n'
  const html = `<p>${'ä'.repeat(400)}</p>\r\n.x`

  const raw = await composeMessage({ ...DIGEST, subject: 'Fähre — “wieder” 日本', text, html })
  const email = await PostalMime.parse(raw)

  expect(email.subject).toBe('Fähre — “wieder” 日本')
  expect(email.text?.trimEnd()).toBe(text.trimEnd())
  expect(email.html?.trimEnd()).toBe(html.replaceAll('\r\n', '\n'))
  expect(email.messageId).toBe(DIGEST.messageId)
})

test('every body line is at most 76 bytes and ends in CRLF', async () => {
  const raw = await composeMessage({ ...DIGEST, html: 'ä'.repeat(5000), text: '日本'.repeat(500) })
  const text = raw.toString('latin1')
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)

  expect(Math.max(...body.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76)
  expect(text).not.toMatch(/\r(?!\n)|(?<!\r)\n/)
  expect(text).toContain('quoted-printable')
  expect(text).not.toContain('base64')
})

test('a List-Id keeps its id readable whatever the name', async () => {
  const { list } = DIGEST

  const german = (
    await composeMessage({
      ...DIGEST,
      list: { ...list, id: { ...list.id, name: 'Tägliche "Post", <früh>' } },
    })
  ).toString()
  const english = (
    await composeMessage({
      ...DIGEST,
      list: { ...list, id: { ...list.id, name: 'Morning "Post", <early>' } },
    })
  ).toString()

  expect(german).toMatch(/^List-ID: =\?UTF-8\?[BQ]\?[\s\S]*? <morning\.lists\.example\.org>\r$/m)
  expect(english).toMatch(
    /^List-ID: "Morning \\"Post\\", <early>" <morning\.lists\.example\.org>\r$/m,
  )
})

test('the one-click address comes before the mailbox', async () => {
  const raw = (await composeMessage(DIGEST)).toString().replace(/\r\n /g, ' ')

  expect(raw).toContain(
    'List-Unsubscribe: <https://news.example.org/u/Tok3n>, <mailto:unsub+tok3n@bounce.example.org>',
  )
})

test.each(['alert', 'correction', 'note'] as const)(
  'only a digest is bulk: not %s',
  async (kind) => {
    const digest = (await composeMessage(DIGEST)).toString()
    const other = (
      await composeMessage({ ...COMMON, kind, list: DIGEST.list, feedbackId: 'a:b:courier' })
    ).toString()

    expect(digest).toContain('Precedence: bulk')
    expect(other).not.toContain('Precedence')
  },
)

test('a service mail says that it is automatic and has no list headers', async () => {
  const raw = (await composeMessage({ ...COMMON, kind: 'service' })).toString()

  expect(raw).toContain('Auto-Submitted: auto-generated')
  expect(raw).not.toMatch(/^List-/m)
})

test.each([
  ['subject', { subject: 'News\r\nBcc: x@example.org' }],
  ['recipient', { to: 'a@example.org\nBcc: x@example.org' }],
  ['sender name', { from: { name: 'News\0', address: 'news@example.org' } }],
  ['sender address', { from: { name: 'News', address: 'a@example.org, b@example.org' } }],
  ['message id', { messageId: '<a@b>\r\nX: y' }],
  ['reply address', { replyTo: 'a@example.org,b@example.org' }],
  ['references', { references: '<a@b>\r\nX: y' }],
  [
    'unsubscribe address',
    { list: { ...DIGEST.list, unsubscribe: { url: 'https://x/>, <https://y', mailbox: 'u@x' } } },
  ],
])('a %s that would write a header of its own is refused', async (_, change) => {
  const composing = composeMessage({ ...DIGEST, ...change })

  await expect(composing).rejects.toThrow('forbidden character')
})

test.each([{ text: ' ' }, { html: '' }])(
  'a mail without one of its parts is refused: %o',
  async (part) => {
    await expect(composeMessage({ ...DIGEST, ...part })).rejects.toThrow('both text and HTML')
  },
)
