import { expect, test } from 'vitest'

import { Refusal } from '#errors.ts'
import { isLoopback, parseRelays } from '#mail/smtp-url.ts'

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
  expect(parseRelays(url)).toEqual([expect.objectContaining(relay)])
})

test('a relay without options has its host as name, weight 1 and no limits', () => {
  expect(parseRelays('smtp://Smtp.example.org')).toEqual([
    {
      name: 'smtp.example.org',
      host: 'Smtp.example.org',
      port: 587,
      secure: false,
      starttls: 'required',
      login: undefined,
      profile: 'generic',
      weight: 1,
      connections: null,
      rate: null,
      hourly: null,
      daily: null,
      pipelining: true,
    },
  ])
})

test('several relays stand apart by blanks or line breaks, each with its options', () => {
  const text = `
    smtp://user:pw@relay.example.org:587?weight=3&profile=own&connections=20&name=ours&pipelining=off
    smtps://mail.example.net?rate=14.5&hourly=50000&daily=200000  smtp://127.0.0.1:25`

  const relays = parseRelays(text)

  expect(relays).toMatchObject([
    { name: 'ours', weight: 3, profile: 'own', connections: 20, rate: null, pipelining: false },
    { name: 'mail.example.net', rate: 14.5, hourly: 50_000, daily: 200_000, secure: true },
    { name: '127.0.0.1', port: 25, profile: 'own' },
  ])
})

test.each([
  ['smtp://email-smtp.eu-west-1.amazonaws.com', 'ses'],
  ['smtp://smtp-broadcasts.postmarkapp.com', 'postmark'],
  ['smtp://smtp.eu.mailgun.org', 'mailgun'],
  ['smtp://smtp.sendgrid.net', 'sendgrid'],
  ['smtp://notsendgrid.net', 'generic'],
  ['smtp://localhost', 'own'],
  ['smtp://smtp.sendgrid.net?profile=generic', 'generic'],
])('the host of %s suggests the profile %s, and the option overrides it', (url, profile) => {
  expect(parseRelays(url)[0]?.profile).toBe(profile)
})

test.each([
  ['smtp.example.org:587', 'must begin with'],
  ['https://smtp.example.org', 'must begin with smtp://'],
  ['s3cret', 'is not a URL'],
  ['', 'is not a URL'],
  ['smtp://', 'names no host'],
  ['smtp://user:s3cret@smtp.example.org:0', 'port 0'],
  ['smtp://user:s3cret@smtp.example.org/path', 'has a path'],
  ['smtp://s3cret@smtp.example.org', 'a user without a password'],
  ['smtp://user:s3cret%@smtp.example.org', 'a % in the user or password'],
  ['smtp://user:1?s3cret@smtp.example.org', 'an @ behind a ?'],
  ['smtp://user:s3cret@smtp.example.org?starttls=off', 'unencrypted'],
  ['smtp://user:s3cret@smtp.example.org?starttls=s3cret', 'option starttls that is not on or off'],
  ['smtp://user:s3cret@smtp.example.org?s3cret=1', 'unknown option: the options are name'],
  [
    'smtp://user:s3cret@smtp.example.org smtp://us er:s3cret@x',
    'relay 3 must begin with smtp:// or smtps:// (several relays stand apart by blanks',
  ],
])('%s is refused with the fix and without its secrets', (url, says) => {
  const parsing = (): unknown => parseRelays(url)

  expect(parsing).toThrow(Refusal)
  expect(parsing).toThrow(says)
  expect(parsing).toThrow(/^SMTP_URL (?!.*s3cret).*Write it like smtp:\/\//)
  expect(parsing).toThrow(expect.objectContaining({ field: 'SMTP_URL', status: 78 }))
})

test.each([
  ['wieght=3', 'unknown option "wieght"'],
  ['weight=0', 'option weight that is not a whole number from 1 to 1,000'],
  ['weight=1.5', 'option weight that is not a whole number'],
  ['connections=0', 'option connections that is not a whole number'],
  ['rate=0', 'option rate that is not a number of mails a second above 0'],
  ['rate=fast', 'option rate'],
  ['rate=-1', 'option rate'],
  ['hourly=0', 'option hourly'],
  ['daily=1e9', 'option daily'],
  ['daily=', 'option daily'],
  ['profile=sess', 'option profile that is not one of own, generic, ses'],
  ['name=a%20b', 'option name that is not at most 60 letters'],
  ['pipelining=no', 'option pipelining that is not on or off'],
  ['rate=1&rate=2', 'has the option rate twice'],
])('the option %s is refused by its relay and its name', (option, says) => {
  const text = `smtp://one.example.org smtp://two.example.org?${option}`

  expect(() => parseRelays(text)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^SMTP_URL relay 2 \(two\.example\.org\) has /),
    }),
  )
  expect(() => parseRelays(text)).toThrow(says)
})

test.each([
  'smtp://one.example.org:25 smtp://ONE.example.org:26',
  'smtp://one.example.org smtp://two.example.org?name=one.example.org',
])('two relays of one name are refused: %s', (text) => {
  expect(() => parseRelays(text)).toThrow(
    /^SMTP_URL relay 2 \(.*\) has the same name as another, one\.example\.org: give it one of its own/,
  )
})

test('a login in plain text is allowed when the operator says so', () => {
  const [relay] = parseRelays('smtp://user:s3cret@10.0.0.5', { allowPlaintext: true })

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
