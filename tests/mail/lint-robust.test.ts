import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { lintMail } from '#mail/lint-message.ts'
import { edited } from './message-fixture.ts'

/** Bytes that look like noise and are the same every time. */
function noise(seed: number, length: number): Buffer {
  const parts: Buffer[] = []
  for (let size = 0, count = 0; size < length; count += 1) {
    const part = createHash('sha512').update(`${seed}/${count}`).digest()
    parts.push(part)
    size += part.length
  }
  return Buffer.concat(parts).subarray(0, length)
}

const HEAD = 'From: a@example.org\r\nTo: b@example.net\r\nSubject: x\r\nMIME-Version: 1.0\r\n'

function htmlMail(html: string, type = 'text/html; charset=utf-8'): Buffer {
  return Buffer.from(`${HEAD}Content-Type: ${type}\r\n\r\n${html}`)
}

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1')],
  ['noise', noise(1, 5000)],
  ['a web page', Buffer.from('<!doctype html><html></html>')],
])('%s is told to be no mail', async (_, raw) => {
  const { violations } = await lintMail(raw, {})

  expect(violations.map(({ rule }) => rule)).toEqual(['readable'])
})

test('a mail cut off anywhere is checked all the same', async () => {
  const raw = await edited()

  for (let length = 1; length < raw.length; length += 97) {
    const { violations } = await lintMail(raw.subarray(0, length), { kind: 'digest' })
    expect(violations).not.toEqual([])
  }
})

test('a mail with noise anywhere is checked all the same', async () => {
  const raw = await edited()

  for (let seed = 0; seed < 200; seed += 1) {
    const broken = Buffer.from(raw)
    const at = noise(seed, 4).readUInt32BE() % raw.length
    noise(seed, 40).copy(broken, at)
    await expect(lintMail(broken, { kind: 'digest' })).resolves.toBeDefined()
  }
})

test.each([
  ['of a charset nobody knows', htmlMail('<p>caf\xe9</p>', 'text/html; charset=x-nothing')],
  ['of text only', htmlMail('Only words.', 'text/plain')],
  ['without an end to its parts', htmlMail('--a\r\n\r\nx', 'multipart/alternative; boundary=a')],
  ['without a head', Buffer.from('A: b')],
  ['of open tags', htmlMail('<table><tr><td><a href="<p style="color:red;;:;{}')],
  ['of a sheet of brackets', htmlMail(`<style>${'@media{'.repeat(5000)}</style>x`)],
  ['of selectors that are none', htmlMail('<style>p:::{}[[{color:red} ,,>{a:b}</style><p>x')],
])('a mail %s is checked', async (_, raw) => {
  const { violations } = await lintMail(raw, { kind: 'digest' })

  expect(violations.map(({ rule }) => rule)).toContain('message-id')
})

test('a mail of parts in parts in parts is told with the parser’s reason', async () => {
  const { violations } = await lintMail(nestedParts(300), {})

  expect(violations).toHaveLength(1)
  expect(violations[0]?.what).toMatch(/^this is not a mail: .*nesting/i)
})

test.each([
  ['elements in elements', '<div style="color:#777">'],
  ['links in links', '<a href="https://a.example/" style="display:block">'],
  ['tables in tables', '<table><tr><th>'],
])('a mail of thousands of %s is not looked through, and its reader is told so', async (_, tag) => {
  const { violations } = await lintMail(htmlMail(`${tag.repeat(3000)}deep`), {})

  expect(violations.map(({ rule }) => rule)).toContain('looked-through')
})

test('twenty megabytes are looked at by their size, not by their tree', async () => {
  const large = htmlMail(`<p>${'word '.repeat(4_000_000)}</p>`)

  const { violations } = await lintMail(large, {})

  const rules = violations.map(({ rule }) => rule)
  expect(rules).toContain('html-size')
  expect(rules).toContain('looked-through')
})

function nestedParts(depth: number): Buffer {
  const open = Array.from(
    { length: depth },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  )
  return Buffer.from(`${HEAD}${open.join('')}Content-Type: text/plain\r\n\r\nx`)
}
