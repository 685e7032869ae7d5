import { decodeWords } from 'postal-mime'
import { expect, test } from 'vitest'
import { headerField, mailboxField, phrase, textField } from '#mail/mime/header-field.ts'

const lengths = (line: string) => line.split('\r\n').map((each) => each.length)
const unfolded = (line: string) => line.replaceAll('\r\n', '')

test('a field is folded before the word that would be the 77th character', () => {
  const { line } = textField('Subject', 'ferry '.repeat(40).trim())

  expect(Math.max(...lengths(line))).toBeLessThanOrEqual(76)
  expect(unfolded(line)).toBe(`Subject: ${'ferry '.repeat(40).trim()}`)
})

test('no line of a folded field is empty, and blanks at its end are left out', () => {
  const { line } = headerField('Subject', `${'x'.repeat(100)}${' '.repeat(200)}y   `)

  expect(line.split('\r\n').every((each) => each.trim() !== '')).toBe(true)
  expect(line.endsWith('y')).toBe(true)
})

test('a long first word stays beside the name of its field', () => {
  const { line } = headerField('References', `<${'x'.repeat(90)}@example.org> <b@example.org>`)

  expect(line).toBe(`References: <${'x'.repeat(90)}@example.org>\r\n <b@example.org>`)
})

test.each([
  'Fähre — “wieder” 日本',
  '🚢'.repeat(100),
  `${'x'.repeat(1000)} longer than a line may be`,
  'the text =?UTF-8?Q?no?= is no encoded word',
])('a text that a header cannot hold is read as it was written: %s', (text) => {
  const { line } = textField('Subject', text)

  expect(decodeWords(unfolded(line).slice('Subject: '.length))).toBe(text)
  expect(Math.max(...lengths(line))).toBeLessThanOrEqual(76)
  expect(line).toMatch(/^[\r\n\x20-\x7e]+$/)
})

test('half of a character becomes the sign for what cannot be read', () => {
  const { line } = textField('Subject', 'a\ud83d')

  expect(decodeWords(line)).toBe('Subject: a\ufffd')
})

test.each([
  ['Morning Courier', 'Morning Courier <news@example.org>'],
  ['Post, "früh"', '=?UTF-8?B?UG9zdCwgImZyw7xoIg==?= <news@example.org>'],
  ['Post, "early"', '"Post, \\"early\\"" <news@example.org>'],
  [' ', 'news@example.org'],
])('the name %j is written as %s', (name, value) => {
  const { line } = mailboxField('From', { name, address: 'news@example.org' })

  expect(line).toBe(`From: ${value}`)
})

test('a name of 10 kB stays within lines', () => {
  const { line } = mailboxField('From', { name: 'x'.repeat(10_000), address: 'a@example.org' })

  expect(Math.max(...lengths(line))).toBeLessThanOrEqual(76)
})

test.each(['a\r\nBcc: x@example.org', 'a\nb', 'a\0b', 'a\u0085b', 'a\u007f'])(
  'a control character is refused wherever it would stand: %j',
  (text) => {
    expect(() => headerField('X-A', text)).toThrow('the X-A of a mail has a forbidden character')
    expect(() => textField('Subject', text)).toThrow('forbidden character')
    expect(() => phrase('List-ID', text)).toThrow('forbidden character')
    expect(() => mailboxField('From', { name: text, address: 'a@example.org' })).toThrow(
      'forbidden character',
    )
  },
)
