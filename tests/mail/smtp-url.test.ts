import { expect, test } from 'vitest'

import { Refusal } from '#errors.ts'
import { isLoopback, parseSmtpUrl } from '#mail/smtp-url.ts'

test.each([
  [
    'smtp://smtp.example.org',
    { host: 'smtp.example.org', port: 587, secure: false, starttls: 'required' },
  ],
  ['smtps://smtp.example.org', { port: 465, secure: true }],
  ['smtp://smtp.example.org:2525?starttls=off', { port: 2525, starttls: 'off', login: undefined }],
  ['smtp://127.0.0.1:1025', { port: 1025, starttls: 'off' }],
  ['smtp://[::1]:1025', { host: '::1', starttls: 'off' }],
  ['smtp://localhost?starttls=on', { starttls: 'required' }],
  ['smtp://a%40b:p%2Fw@smtp.example.org', { login: { user: 'a@b', pass: 'p/w' } }],
])('%s', (url, relay) => {
  expect(parseSmtpUrl(url)).toMatchObject(relay)
})

test.each([
  ['smtp.example.org:587', 'must begin with'],
  ['https://smtp.example.org', 'must begin with smtp://'],
  ['not a url', 'is not a URL'],
  ['smtp://', 'names no host'],
  ['smtp://user:s3cret@smtp.example.org:0', 'port 0'],
  ['smtp://user:s3cret@smtp.example.org/path', 'has a path'],
  ['smtp://s3cret@smtp.example.org', 'a user without a password'],
  ['smtp://user:s3cret%@smtp.example.org', 'a % in the user or password'],
  ['smtp://user:s3cret@smtp.example.org?starttls=off', 'unencrypted'],
  ['smtp://user:s3cret@smtp.example.org?starttls=s3cret', 'something other than on or off'],
  ['smtp://user:s3cret@smtp.example.org?s3cret=1', 'unknown option'],
])('%s is refused with the fix and without its secrets', (url, says) => {
  const parsing = (): unknown => parseSmtpUrl(url)

  expect(parsing).toThrow(Refusal)
  expect(parsing).toThrow(says)
  expect(parsing).toThrow(/^SMTP_URL (?!.*s3cret).*Write it like smtp:\/\//)
})

test('a login in plain text is allowed when the operator says so', () => {
  const relay = parseSmtpUrl('smtp://user:s3cret@10.0.0.5', { allowPlaintext: true })

  expect(relay).toMatchObject({ starttls: 'off', login: { user: 'user' } })
})

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['localhost', true],
  ['::1', true],
  ['127.0.0.1.example.org', false],
  ['10.0.0.1', false],
])('%s is this machine: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback)
})
