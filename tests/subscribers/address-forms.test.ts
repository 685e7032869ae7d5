import { describe, expect, test } from 'vitest'
import { Refusal } from '#errors.ts'
import { limitKeyOf, normaliseAddress } from '#subscribers/address.ts'

const INVISIBLE = /has a space or an invisible character/
const NAME = /has a name that mail systems do not take/
const DOMAIN = /has a domain that does not exist in that form/

describe('a domain is written as DNS has it, by UTS-46', () => {
  test.each([
    ['straße.de', 'xn--strae-oqa.de'],
    ['STRASSE.de', 'strasse.de'],
    ['βόλος.com', 'xn--nxasmm1c.com'],
    ['βόλοσ.com', 'xn--nxasmq6b.com'],
    ['ＥＸＡＭＰＬＥ．org', 'example.org'],
    ['例え。jp', 'xn--r8jz45g.jp'],
    ['אבג1.com', 'xn--1-zhcde.com'],
    ['XN--MNCHEN-3YA.de', 'xn--mnchen-3ya.de'],
    ['डाटामेल.भारत', 'xn--c2bd4bq1db8d.xn--h2brj9c'],
    ['пример.рф', 'xn--e1afmkfd.xn--p1ai'],
    ['ab--c.org', 'ab--c.org'],
  ])('%s is %s', (typed, domain) => {
    expect(normaliseAddress(`reader@${typed}`).domain).toBe(domain)
  })

  test.each([
    ['1אבג.com', DOMAIN],
    ['אabc.com', DOMAIN],
    ['xn--a.com', DOMAIN],
    ['xn--0.pt', DOMAIN],
    ['xn--.org', DOMAIN],
    ['xn--a-0hc.com', DOMAIN],
    ['\u0301a.org', DOMAIN],
    ['℀.org', DOMAIN],
    ['ex＠ample.org', DOMAIN],
    ['example.org／x', DOMAIN],
    ['example.org％00', DOMAIN],
    ['exa\ud800mple.org', DOMAIN],
    ['0x7f.1', DOMAIN],
    ['١.com١', DOMAIN],
    ['a\u034fb.org', INVISIBLE],
    ['a\ufe0fb.org', INVISIBLE],
    ['a\u3164b.org', INVISIBLE],
    ['a\u00adb.org', INVISIBLE],
  ])('%j is refused', (typed, reason) => {
    expect(() => normaliseAddress(`reader@${typed}`)).toThrow(reason)
  })
})

describe('a name', () => {
  test.each([
    'संपर्क',
    'ผู้ติดต่อ',
    'квіточка',
    'ñandú',
    'αβγ',
    'o’brien'.replace('’', "'"),
    'a=?b',
    'a?=b',
  ])('may be %s', (name) => {
    expect(normaliseAddress(`${name}@example.org`).email).toBe(
      `${name.normalize('NFC')}@example.org`,
    )
  })

  test.each([
    ['=?utf-8?q?reader=40victim.example?=', NAME],
    ['=?x?q?=41=42?=x', NAME],
    ['"a"."b"', NAME],
    ['a(b)', NAME],
    ['Readers:a', NAME],
    ['<a', NAME],
    ['a\\b', NAME],
    ['a＠b', NAME],
    ['a\ud83c\udf89', NAME],
    ['a\ud800', NAME],
    ['a\u2028b', INVISIBLE],
    ['a\r\nb', INVISIBLE],
    ['a\u0000b', INVISIBLE],
    ['a\u200db', INVISIBLE],
    ['a\u3164', INVISIBLE],
    ['a\u115fb', INVISIBLE],
    ['a\ufe0f', INVISIBLE],
  ])('cannot be %j', (name, reason) => {
    expect(() => normaliseAddress(`${name}@example.org`)).toThrow(reason)
  })

  test('is measured in octets after it was composed', () => {
    const composed = 'e\u0301'.repeat(32)

    expect(Buffer.byteLength(normaliseAddress(`${composed}@example.org`).email)).toBe(76)
    expect(() => normaliseAddress(`${composed}x@example.org`)).toThrow(/longer than 64/)
  })
})

const key = (typed: string) => limitKeyOf(normaliseAddress(typed))

describe('what the limits count an address as', () => {
  test.each([
    ['Max.Muster+news@googlemail.com', 'maxmuster@gmail.com'],
    ['m.a.x.muster@GMAIL.com', 'maxmuster@gmail.com'],
    ['Max.Muster+a+b@example.org', 'max.muster@example.org'],
    ['+news@example.org', '+news@example.org'],
    ['+a+b@example.org', '+a@example.org'],
    ['JOSÉ+x@Example.org', 'josé@example.org'],
    ['jose\u0301@example.org', 'josé@example.org'],
    ['x@straße.de', 'x@xn--strae-oqa.de'],
  ])('%s is counted as %s', (typed, counted) => {
    expect(key(typed)).toBe(counted)
  })

  test.each([
    ['m.ax@example.org', 'max@example.org'],
    ['max-a@example.org', 'max-b@example.org'],
    ['max@gmail.com', 'max@gmail.de'],
  ])('%s and %s are two', (one, other) => {
    expect(key(one)).not.toBe(key(other))
  })
})

/** The same numbers each time (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

const PIECES = [
  ['a', 'Z', '0', '-', '_', '.', '..', '@', '+', ' ', '"', '(', ')', '<', '>', ',', ':', ';'],
  ['\\', '/', '%', '%6d', '#', '?', '=?', '?=', '[', ']', '\r\n', '\u0000', '\t', '\u2028'],
  ['ß', 'ς', 'Σ', 'İ', 'ı', 'é', 'e\u0301', '\u0301', 'א', 'ا', '١', '例', '。', '．', '＠', 'ﬁ'],
  ['\u200b', '\u200d', '\u00ad', '\ufeff', '\u202e', '\u034f', '\u3164', '\ud800', '\udc00', '🎉'],
  ['xn--', 'xn--a', 'xn--p1ai', 'xn--mnchen-3ya', '.org', '.de', 'example', 'gmail.com', '1.2.3.4'],
  ['℀', '⑴', '㎏', 'Ａ', 'ᾳ', 'ΐ', 'ǰ', '\u1e9e', '\u0345', '\u{e0001}', 'x'.repeat(63), "o'b"],
].flat()

test('of 100,000 made-up addresses each is refused with a Refusal, or is clean, short and stays the same', () => {
  const roll = dice(20_261_122)
  const pick = (most: number) =>
    Array.from({ length: roll(most) }, () => PIECES[roll(PIECES.length)] ?? '').join('')
  const broken: string[] = []
  let taken = 0
  for (let round = 0; round < 100_000; round += 1) {
    const typed = `${pick(5)}@${pick(5)}${['.org', '.de', '', '.рф'][roll(4)] ?? ''}`
    const found = read(typed)
    if (found === undefined) continue
    taken += 1
    if (!isClean(found)) broken.push(JSON.stringify([typed, found]))
  }

  expect(broken).toEqual([])
  expect(taken).toBeGreaterThan(1000)
})

function read(typed: string) {
  try {
    return normaliseAddress(typed)
  } catch (error) {
    if (error instanceof Refusal && error.field === 'email') return undefined
    throw error
  }
}

function isClean({ email, domain }: { email: string; domain: string }): boolean {
  const local = email.slice(0, -domain.length - 1)
  const again = normaliseAddress(email)
  return (
    email === `${local}@${domain}` &&
    again.email === email &&
    again.domain === domain &&
    /^[a-z0-9.-]+$/.test(domain) &&
    !/[\s\p{C}@"(),:;<>[\]\\]/u.test(local) &&
    Buffer.byteLength(local) <= 64 &&
    Buffer.byteLength(email) <= 254 &&
    email === email.normalize('NFC') &&
    limitKeyOf(again) === limitKeyOf({ email, domain }) &&
    /^[^@]+@[^@]+$/.test(limitKeyOf(again))
  )
}
