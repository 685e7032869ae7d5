import { expect, test } from 'vitest'

import { ReplyReader } from '#mail/relay/reply-reader.ts'

function read(...chunks: string[]) {
  const replies: [number, string][] = []
  const reader = new ReplyReader((code, text) => {
    replies.push([code, text()])
    return true
  })
  const sound = chunks.every((chunk) => reader.read(Buffer.from(chunk)))
  return { sound, replies }
}

test('several replies in one chunk are told apart', () => {
  const { replies } = read('250 2.1.0 Ok\r\n250-one\r\n250 two\r\n354 Go\r\n')

  expect(replies).toEqual([
    [250, '250 2.1.0 Ok\r'],
    [250, '250-one\r\n250 two\r'],
    [354, '354 Go\r'],
  ])
})

test('a reply in pieces is read once it is whole', () => {
  const { replies } = read('2', '50-o', 'ne\r', '\n250 ', 'two\r\n45')

  expect(replies).toEqual([[250, '250-one\r\n250 two\r']])
})

test('a code alone and a bare line feed are replies', () => {
  expect(read('250\r\n', '421\n').replies).toEqual([
    [250, '250\r'],
    [421, '421'],
  ])
})

test.each([
  'Hello\r\n',
  '\r\n',
  '25 Ok\r\n',
  '2500 Ok\r\n',
  '199 Ok\r\n',
  '650 Ok\r\n',
  '250_Ok\r\n',
  '250-a\r\n550 b\r\n',
])('%j is not SMTP', (text) => {
  expect(read(text).sound).toBe(false)
})

test('a reply of more than 64 KB is not SMTP, in lines or in one', () => {
  const line = `250-${'x'.repeat(996)}\r\n`

  expect(read(line.repeat(60)).sound).toBe(true)
  expect(read(line.repeat(70)).sound).toBe(false)
  expect(read('x'.repeat(70_000)).sound).toBe(false)
})

test('nothing is read on after a reply that ended the session', () => {
  let heard = 0
  const reader = new ReplyReader(() => (heard += 1) > 1)

  const sound = reader.read(Buffer.from('421 Bye\r\n250 Ok\r\n'))

  expect([sound, heard]).toEqual([true, 1])
})
