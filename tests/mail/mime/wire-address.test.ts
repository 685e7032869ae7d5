import { expect, test } from 'vitest'
import { wireAddress } from '#mail/mime/wire-address.ts'

test.each([
  ['reader@example.org', 'reader@example.org'],
  ["o'hara+news=a{b}@sub.example.org", "o'hara+news=a{b}@sub.example.org"],
  ['jõgeva@example.ee', 'jõgeva@example.ee'],
  ['reader@exämple.org', 'reader@xn--exmple-cua.org'],
  ['jõgeva@exämple.org', 'jõgeva@xn--exmple-cua.org'],
])('%s is written as %s', (address, written) => {
  expect(wireAddress(address, 'To')).toBe(written)
})

test.each([
  'a@example.org\r\nBcc: b@example.org',
  'a\0@example.org',
  'a@example.org\n',
  'a b@example.org',
  'a,b@example.org',
  '<a@example.org>',
  '"a"@example.org',
  'a@b@example.org',
  '@example.org',
  'a@',
  'a',
  '',
  'a@example.org/x',
  'a@%6d.org',
  'a\u200b@example.org',
  'a\ud83d@example.org',
  `${'a'.repeat(243)}@example.org`,
  `${'ä'.repeat(122)}@example.org`,
])('what is no single address is refused, without naming it: %j', (address) => {
  const writing = () => wireAddress(address, 'To')

  expect(writing).toThrow(/^the To address of a mail (?:has|is longer)/)
})
