import { expect, test } from 'vitest'
import { reasonOf } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { AddressReader, PublicIds } from '#subscribers/import/address-reader.ts'
import { guardFormula, unguardFormula } from '#subscribers/import/formula-guard.ts'

const SECRETS = { suppressionKey: Buffer.alloc(32, 2) }
const LOCALS = [
  'ada',
  'Ada.L',
  'a+b',
  'a..b',
  '.a',
  'a.',
  'ä',
  'a b',
  'a"b',
  '"a"',
  'x'.repeat(64),
  'x'.repeat(65),
  '_-',
  '',
  'a@b',
  'a\u200B',
  "o'hara",
]
const DOMAINS = [
  'example.org',
  'Example.ORG',
  'münchen.example',
  'exa_mple.org',
  'example',
  '1.2.3.4',
  '[1.2.3.4]',
  `${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(63)}.org`,
  'example.org.',
  '-a.org',
  'a%6d.org',
  '',
  'example.org/x',
]

test('a list reads every address as a form does, also the second time', () => {
  const reader = new AddressReader(SECRETS)

  for (const text of [1, 2].flatMap(() =>
    LOCALS.flatMap((local) => DOMAINS.map((domain) => `${local}@${domain}`)),
  )) {
    let wanted: unknown
    try {
      wanted = normaliseAddress(text)
    } catch (error) {
      wanted = reasonOf(error)
    }

    expect(reader.read(text)).toEqual(wanted)
  }
})

test('an address has the same hash in a list as everywhere', () => {
  const reader = new AddressReader(SECRETS)

  for (const email of ['Ada@example.org', 'ÄDA@example.org', 'a@b.example'])
    expect(reader.hashOf(email)).toBe(hashAddress(SECRETS, email).toString('hex'))
})

test('public ids are of 48 bits and do not repeat', () => {
  const ids = new PublicIds()

  const made = Array.from({ length: 5000 }, () => Number(ids.next()))

  expect(new Set(made).size).toBe(5000)
  expect(Math.max(...made)).toBeLessThan(2 ** 48)
  expect(Math.max(...made)).toBeGreaterThan(2 ** 46)
})

test('every cell that could be a formula is guarded, and read back as it was', () => {
  const cells = [
    '=1+1',
    '+1',
    '-1',
    '@x',
    '\tx',
    '\rx',
    '\nx',
    "'=1",
    "''+",
    'plain',
    "'plain",
    '',
    'a=b',
  ]

  for (const cell of cells) {
    const guarded = guardFormula(cell)

    expect(guarded).not.toMatch(/^[=+\-@\t\r\n]/)
    expect(unguardFormula(guarded)).toBe(cell)
  }
})
