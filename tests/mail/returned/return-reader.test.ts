import { expect, test } from 'vitest'

import { createLog } from '#log.ts'
import { openReturnReader } from '#mail/returned/return-reader.ts'

const thread = new URL('./thread-that-fails.ts', import.meta.url)
const log = createLog({ level: 'silent', name: 'test' })
const mail = (text: string) => Buffer.from(text)

test.each(['hang', 'eat', 'die', 'leave', 'refuse'])(
  'a mail on which the thread would %s says nothing, and the next one is read',
  async (bad) => {
    await using reader = openReturnReader({
      log,
      thread,
      timeoutMs: bad === 'hang' ? 2000 : 20_000,
    })

    const [unread, next] = await Promise.all([reader.read(mail(bad)), reader.read(mail('next'))])

    expect(unread.returned).toMatchObject({ kind: 'bounce', verdict: 'ignore', reason: 'unknown' })
    expect(unread.key).toMatch(/^[0-9a-f]{64}$/)
    expect(next).toMatchObject({ key: 'next', returned: { kind: 'auto-reply' } })
  },
)

test('what could not be read is logged without its content', async () => {
  const lines: string[] = []
  const seen = createLog({ level: 'info', name: 'test', write: (line) => void lines.push(line) })
  await using reader = openReturnReader({ log: seen, thread })

  await reader.read(mail('refuse'))

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, reason: 'cannot be read' })
})

test('a mail that waits is read by the thread that is free, and each gets its own answer', async () => {
  await using reader = openReturnReader({ log, thread, threads: 2 })
  const keys = Array.from({ length: 40 }, (_, at) => `mail ${at}`)

  const read = await Promise.all(keys.map((key) => reader.read(mail(key))))

  expect(read.map(({ key }) => key)).toEqual(keys)
})

test('disposal reads what waits; what comes later is not read', async () => {
  const reader = openReturnReader({ log, thread })
  const waiting = ['one', 'two', 'three'].map((key) => reader.read(mail(key)))

  await reader[Symbol.asyncDispose]()
  const read = await Promise.all(waiting)
  const late = await reader.read(mail('late'))

  expect(read.map(({ key }) => key)).toEqual(['one', 'two', 'three'])
  expect(late.returned).toMatchObject({ kind: 'bounce', verdict: 'ignore', reason: 'unknown' })
})

test('its own thread reads mails', async () => {
  await using reader = openReturnReader({ log })

  const { returned, key } = await reader.read(
    mail(
      'From: Jane <jane@example.org>\r\nSubject: Re: The harbour\r\nMessage-ID: <1@example.org>\r\n\r\nThank you.\r\n',
    ),
  )

  expect(key).toBe('<1@example.org>')
  expect(returned).toMatchObject({ kind: 'reply', from: 'Jane <jane@example.org>' })
})
