import { expect, test } from 'vitest'
import { createLog, withoutAddresses } from '#log.ts'

test.each([
  ['sent to reader.name@example.org now', 'sent to …@example.org now'],
  ['<reader@example.org>', '<…@example.org>'],
  ['"email":"reader@example.org"', '"email":"…@example.org"'],
  ["o'brien@example.org", '…@example.org'],
  ['a@example.org,b@example.net', '…@example.org,…@example.net'],
  ['leser@münchen.de', '…@münchen.de'],
  ['読者@例え.jp', '…@例え.jp'],
  ['/x?email=reader%40example.org', '…@example.org'],
  ['reader@localhost', '…@localhost'],
  ['no address here', 'no address here'],
])('a log line hides the name in %j', (text, hidden) => {
  expect(withoutAddresses(text)).toBe(hidden)
})

test('a line of a megabyte without an address is passed on whole', () => {
  const line = 'a'.repeat(1_000_000)

  expect(withoutAddresses(line)).toBe(line)
})

test('a mail address in an error, its cause or its properties does not reach the log', () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', name: 'test', write: (line) => void lines.push(line) })
  const cause = Object.assign(new Error('Key (email)=(reader@example.org) already exists'), {
    detail: 'reader@example.org',
  })

  log.error(
    { err: new Error('cannot add reader@example.org', { cause }) },
    'reader@example.org failed',
  )

  expect(lines).toHaveLength(1)
  expect(lines.join('')).not.toContain('reader@')
  expect(JSON.parse(lines.join(''))).toMatchObject({ name: 'test', msg: '…@example.org failed' })
})

test('lines below the level are not written', () => {
  const lines: string[] = []
  const log = createLog({ level: 'error', name: 'test', write: (line) => void lines.push(line) })

  log.info('quiet')
  log.error('loud')

  expect(lines).toEqual([expect.stringContaining('"msg":"loud"')])
})
