import { describe, expect, test } from 'vitest'
import { ed25519, headers, rsa, signMail, verifyMail } from './signed-mail.ts'

const PASS = ['pass', 'pass']

describe('a receiver', () => {
  test('finds both signatures good and aligned with the sender', async () => {
    const message = await signMail()

    const found = await verifyMail(message)

    expect(found).toEqual({
      results: PASS,
      aligned: ['courier.example', 'courier.example'],
    })
  })

  test('still finds them good when a relay folds headers and pads blanks anew', async () => {
    const message = await signMail()

    const changed = message
      .replace('Subject: ', 'SUBJECT:   ')
      .replace('Date: Sun, 22', 'Date: Sun,\r\n\t22')

    expect((await verifyMail(changed)).results).toEqual(PASS)
  })

  test.for(Object.keys(headers))('finds a changed %s', async (name) => {
    const message = await signMail()
    const start = message.indexOf(`\r\n${name}: `) + name.length + 4
    const letter = message.slice(start).search(/[a-z0-9]/i) + start

    const changed = `${message.slice(0, letter)}${message[letter] === 'x' ? 'y' : 'x'}${message.slice(letter + 1)}`

    expect((await verifyMail(changed)).results).not.toContain('pass')
  })

  test.for([
    ['From', 'Somebody <news@courier.example>'],
    ['To', 'other@example.net'],
    ['Subject', 'Win a prize'],
    ['Date', 'Mon, 23 Nov 2026 06:30:00 +0000'],
    ['List-Unsubscribe', '<https://evil.example/>'],
    ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ])('finds a second %s that was added', async ([name, value]) => {
    const message = await signMail()

    const changed = message.replace('\r\n\r\n', `\r\n${name}: ${value}\r\n\r\n`)

    expect((await verifyMail(changed)).results).not.toContain('pass')
  })

  test('finds a List-Unsubscribe that was added to a mail without one', async () => {
    const { 'List-Unsubscribe': _, 'List-Unsubscribe-Post': __, ...service } = headers
    const message = await signMail({ values: service })

    const changed = message.replace(
      '\r\n\r\n',
      '\r\nList-Unsubscribe: <https://evil.example/>\r\n\r\n',
    )

    expect((await verifyMail(message)).results).toEqual(PASS)
    expect((await verifyMail(changed)).results).not.toContain('pass')
  })

  test('finds a changed body', async () => {
    const message = await signMail()

    const changed = message.replace('harbour is open', 'harbour is shut')

    expect((await verifyMail(changed)).results).not.toContain('pass')
  })
})

test.for(['', '\r\n', 'one\r\n\r\n\r\n', 'no end', ' \r\n\t\r\n', `${'=C3=A9 '.repeat(9000)}\r\n`])(
  'body %# is hashed as receivers do',
  async (body) => {
    const message = await signMail({ body })

    expect((await verifyMail(message)).results).toEqual(PASS)
  },
)

test('headers that a relay replaces are not signed, so that it may', async () => {
  const message = await signMail({ replaces: ['message-id', 'date'] })

  const changed = message
    .replace(/Message-ID: .*/, 'Message-ID: <0102@email.amazonses.com>')
    .replace(/\r\nDate: .*/, '\r\nDate: Mon, 23 Nov 2026 06:30:00 +0000')

  expect(changed).not.toBe(message)
  expect((await verifyMail(changed)).results).toEqual(PASS)
})

test('the same mail is signed with the same bytes, and no signature carries a time', async () => {
  const [first, second] = [await signMail(), await signMail()]

  expect(second).toBe(first)
  expect(first).not.toMatch(/[;\s][tx]=/)
})

test('the RSA signature comes first, and no line is longer than 78', async () => {
  const message = await signMail()

  const lines = message.slice(0, message.indexOf('\r\nFrom: ')).split('\r\n')

  expect(message.indexOf('a=rsa-sha256')).toBeLessThan(message.indexOf('a=ed25519-sha256'))
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78)
})

test('random headers verify', async () => {
  let seed = 20261122
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const pieces = [
    'word',
    ' ',
    '  ',
    '\t',
    '\r\n ',
    '\r\n\t',
    ':',
    ';',
    '=?UTF-8?B?w6k=?=',
    '"q"',
    '%',
    'ü',
  ]
  for (let round = 0; round < 60; round += 1) {
    const value = Array.from({ length: 1 + random(12) }, () => pieces[random(pieces.length)]).join(
      '',
    )
    const values = { ...headers, Subject: `a${value}b`, 'List-Help': `<${value}>z` }

    const message = await signMail({ values, body: `${value}\r\n` })

    expect({ value, ...(await verifyMail(message)) }).toMatchObject({ value, results: PASS })
  }
})

test.for([rsa, ed25519])('one key alone signs too (%#)', async (key) => {
  const message = await signMail({ keys: [key] })

  expect((await verifyMail(message)).results).toEqual(['pass'])
})
