import { expect, test } from 'vitest'
import { encodeText } from '#mail/mime/quoted-printable.ts'
import { madeUpText, randomFrom } from './made-up-text.ts'

/** RFC 2045 6.7, without the generosity of mail programs. */
function decode(encoded: string): string {
  const bytes = encoded
    .replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

const encode = (text: string) => encodeText(text).toString('latin1')

const asLines = (text: string) => text.toWellFormed().replace(/\r\n?|\n/g, '\r\n')

const texts = Array.from({ length: 400 }, (_, seed) => madeUpText(randomFrom(seed)))

test('what was encoded is decoded', () => {
  expect(texts.map((text) => decode(encode(text)))).toEqual(texts.map(asLines))
})

test('an encoded text is lines of at most 76 printable characters and ends with one of them', () => {
  for (const text of texts.map(encode)) {
    expect(text).toMatch(/^(?:[\t\x20-\x7e]{0,76}\r\n)*$/)
  }
})

test('encoded texts may be joined in any order', () => {
  const shuffled = texts.toSorted((one, two) => one.length - two.length)

  expect(decode(shuffled.map(encode).join(''))).toBe(shuffled.map(asLines).join(''))
})

test.each([
  ['.a dot', '=2Ea dot=\r\n'],
  ['a\n.\n..b', 'a\r\n=2E\r\n=2E.b=\r\n'],
  ['From here', '=46rom here=\r\n'],
  ['Fromage', 'Fromage=\r\n'],
  ['blank \ntab\t\r\n', 'blank=20\r\ntab=09\r\n'],
  ['blank at the end ', 'blank at the end =\r\n'],
  ['a=b', 'a=3Db=\r\n'],
  ['a\0b', 'ab=\r\n'],
  ['\u007f\u0001', '=7F=01=\r\n'],
  ['\ud83d', '=EF=BF=BD=\r\n'],
  ['', ''],
])('%j is written as %j', (text, written) => {
  expect(encode(text)).toBe(written)
})

test('a dot or a "From " that a soft break moves to the start of a line is encoded too', () => {
  expect(encode(`${'x'.repeat(75)}.y`)).toBe(`${'x'.repeat(75)}=\r\n=2Ey=\r\n`)
  expect(encode(`${'x'.repeat(75)}From y`)).toBe(`${'x'.repeat(75)}=\r\n=46rom y=\r\n`)
})

test('a character of several bytes stays on one line', () => {
  const lines = encode('🚢'.repeat(20)).split('\r\n')

  expect(lines.filter((line) => line !== '').map((line) => line.length)).toEqual([73, 73, 73, 25])
})
