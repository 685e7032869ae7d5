import { expect, test } from 'vitest'
import { maskAddress, normaliseAddress, parseTimeZone } from '#subscribers/address.ts'

test.each([
  ['name@example.org', 'name@example.org', 'example.org'],
  ['  Name.Surname+news@Example.ORG\n', 'Name.Surname+news@example.org', 'example.org'],
  ["o'brien@example.org", "o'brien@example.org", 'example.org'],
  ['a{b}~!#$%&*/=?^_`|-c@example.org', 'a{b}~!#$%&*/=?^_`|-c@example.org', 'example.org'],
  ['leser@Münch\u{65}n.de', 'leser@xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
  ['leser@mu\u0308nchen.de', 'leser@xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
  ['jose\u0301@example.org', 'jos\u00e9@example.org', 'example.org'],
  ['読者@例え.jp', '読者@xn--r8jz45g.jp', 'xn--r8jz45g.jp'],
  [`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`, 'example.org'],
])('%j is the address %j', (typed, email, domain) => {
  const address = normaliseAddress(typed)

  expect(address).toEqual({ email, domain })
})

const NAME = /has a name that mail systems do not take/
const DOMAIN = /has a domain that does not exist in that form/
const INVISIBLE = /has a space or an invisible character/
const SHAPE = /has no name or no domain/

test.each([
  ['', /is missing/],
  [' \n ', /is missing/],
  ['name', SHAPE],
  ['@example.org', SHAPE],
  ['name@', SHAPE],
  ['na me@example.org', INVISIBLE],
  ['name@example.org\r\nBcc: all@example.org', INVISIBLE],
  ['name\u0000@example.org', INVISIBLE],
  ['name@exa\u200bmple.org', INVISIBLE],
  ['\u202ename@example.org', INVISIBLE],
  ['name@example\u2066.org', INVISIBLE],
  ['na\u00admee@example.org', INVISIBLE],
  ['"name"@example.org', NAME],
  ['"a@b"@example.org', NAME],
  ['a@b,c@d.org', NAME],
  ['a@b@example.org', NAME],
  ['<script>@example.org', NAME],
  ['Name<name@example.org', NAME],
  ['name;x@example.org', NAME],
  ['.name@example.org', NAME],
  ['name.@example.org', NAME],
  ['na..me@example.org', NAME],
  ['(comment)name@example.org', NAME],
  [`${'a'.repeat(65)}@example.org`, /longer than 64/],
  [`${'é'.repeat(33)}@example.org`, /longer than 64/],
  [`name@${'a.'.repeat(126)}org`, DOMAIN],
  [
    `${'a'.repeat(64)}@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(60)}.org`,
    /longer than 254/,
  ],
  ['name@example.org.', DOMAIN],
  ['name@.example.org', DOMAIN],
  ['name@example..org', DOMAIN],
  ['name@-example.org', DOMAIN],
  ['name@localhost', DOMAIN],
  ['name@[192.0.2.1]', DOMAIN],
  ['name@192.0.2.1', DOMAIN],
  ['name@exam_ple.org', DOMAIN],
  ['name@example.org:25', DOMAIN],
  ['name@example.org/path', DOMAIN],
  ['name@example.org?x', DOMAIN],
  ['name@example.org#x', DOMAIN],
  ['name@exa%6dple.org', DOMAIN],
  ['name@example.org\\x', DOMAIN],
  ['name@<script>', DOMAIN],
  [`name@${'ä'.repeat(60)}.org`, DOMAIN],
])('%j is refused with its reason', (typed, reason) => {
  expect(() => normaliseAddress(typed)).toThrow(
    expect.objectContaining({
      name: 'Refusal',
      field: 'email',
      message: expect.stringMatching(reason),
    }),
  )
})

test('what a person typed in is not repeated in the refusal', () => {
  expect(() => normaliseAddress('secret.person@bad_domain')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  )
})

test('a masked address shows its first letter and its domain', () => {
  const masked = maskAddress('reader.name@example.org')

  expect(masked).toBe('r…@example.org')
})

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['UTC', 'UTC'],
])('the time zone %j is %j', (typed, zone) => {
  expect(parseTimeZone(typed)).toBe(zone)
})

test.each([
  '',
  ' ',
  'Mars/Olympus',
  '+02:00',
  '-05',
  'Europe/Berlin\u0000',
  "x'; drop table",
  'A'.repeat(10_000),
])(
  'the time zone %j is refused with its field, and at most 60 of its characters are repeated',
  (typed) => {
    expect(() => parseTimeZone(typed)).toThrow(
      expect.objectContaining({ name: 'Refusal', field: 'timeZone' }),
    )
    expect(() => parseTimeZone(typed)).toThrow(/^.{0,140}$/su)
  },
)
