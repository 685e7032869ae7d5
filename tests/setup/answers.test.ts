import { expect, test } from 'vitest'
import { type Answers, derivedSettings, parseAnswer } from '#setup/answers.ts'
import { inWords } from '#setup/check-answer.ts'
import { parseRelays } from '#mail/smtp-url.ts'

test.each<[keyof Answers, string, string | null]>([
  ['publicUrl', ' https://news.example.org/ ', 'https://news.example.org'],
  ['publicUrl', 'https://example.org/news/', 'https://example.org/news'],
  ['publicUrl', 'http://localhost:8080', 'http://localhost:8080'],
  ['sender', 'news@courier.example', 'news@courier.example'],
  ['address', 'The Courier, 1 Quay Street', 'The Courier, 1 Quay Street'],
  ['timeZone', 'Europe/Berlin', 'Europe/Berlin'],
  ['relay', 'none', null],
  ['relay', 'smtps://u:p@smtp.example.org', 'smtps://u:p@smtp.example.org'],
  ['feed', 'none', null],
  ['feed', 'https://www.example.org/feed', 'https://www.example.org/feed'],
])('%s: "%s" is taken', (name, text, value) => {
  expect(parseAnswer(name, text)).toBe(value)
})

test.each<[keyof Answers, string, RegExp]>([
  ['publicUrl', '', /must be an address such as .*; it is empty/],
  ['publicUrl', 'news.example.org', /must be an address such as https:/],
  ['publicUrl', 'http://news.example.org', /must begin with https:/],
  ['publicUrl', 'https://news.example.org/?a=1', /nothing behind a \?/],
  ['sender', 'news', /must be a mail address/],
  ['publisher', '', /must be one line/],
  ['publisher', 'a\nb', /must be one line/],
  ['address', 'Your Newspaper, 1 Example Street, Exampletown', /must be your own/],
  ['timeZone', 'Berlin', /must be one such as Europe\/Berlin/],
  ['relay', 'smtp.example.org', /SMTP_URL/],
  ['feed', 'feed.xml', /must be a web address/],
])('%s: %j is refused with the fix', (name, text, words) => {
  expect(() => parseAnswer(name, text)).toThrow(words)
})

test('a relay that is refused is not repeated: it may hold a password', () => {
  expect(() => parseAnswer('relay', 'smtp://user:geheim@host:0')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('geheim') }),
  )
})

test('what is not asked follows from the sender', () => {
  expect(derivedSettings({ sender: 'news@Courier.example' })).toEqual({
    replyTo: 'news@Courier.example',
    bounceDomain: 'bounce.courier.example',
    url: 'https://www.courier.example/',
    privacyUrl: 'https://www.courier.example/privacy',
  })
})

test.each([
  [
    'smtp://u:secret@smtp.example.org:587',
    'Invalid login: 535 5.7.8 no',
    /refuses the user or the password in SMTP_URL/,
  ],
  [
    'smtp://smtp.example.org:587',
    '530 5.7.0 Authentication required',
    /wants a user and a password/,
  ],
  ['smtp://smtp.example.org:25', 'connect ECONNREFUSED 192.0.2.1:25', /does not answer on port 25/],
  [
    'smtp://smtp.example.org',
    'getaddrinfo ENOTFOUND smtp.example.org',
    /there is no host smtp\.example\.org/,
  ],
  ['smtp://smtp.example.org', 'self-signed certificate', /cannot be talked to encrypted/],
  ['smtp://smtp.example.org', '421 too many', /does not work \(421 too many\): look at SMTP_URL/],
])('%s that says "%s" is one sentence with the setting', (url, trouble, words) => {
  const [relay] = parseRelays(url)
  if (relay === undefined) throw new Error('no relay')

  const said = inWords(relay, trouble)

  expect(said).toMatch(words)
  expect(said).not.toContain('secret')
})
