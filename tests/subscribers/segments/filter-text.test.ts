import { expect, test } from 'vitest'
import { conditionsOf, parseFilter } from '#subscribers/segments/filter.ts'
import { readFilter, writeFilter } from '#subscribers/segments/filter-text.ts'
import { randomFrom } from '../../mail/mime/made-up-text.ts'
import { madeUpFilter } from './made-up-filter.ts'

test('any filter, written as text and read again, is the same filter', () => {
  const random = randomFrom(11)
  const filters = Array.from({ length: 4000 }, () => madeUpFilter(random)).filter(
    (filter) => conditionsOf(filter).length <= 40 && writeFilter(filter).length < 8000,
  )

  const read = filters.map((filter) => readFilter(writeFilter(filter)))

  expect(filters.length).toBeGreaterThan(3500)
  expect(read).toEqual(filters)
})

test('a filter survives JSON as it is', () => {
  const random = randomFrom(12)
  const filters = Array.from({ length: 500 }, () => madeUpFilter(random, 2))

  const parsed = filters.map((filter) => parseFilter(JSON.parse(JSON.stringify(filter))))

  expect(parsed).toEqual(filters)
})

test('"and" binds closer than "or", "not" closest, and brackets change that', () => {
  const sport = { kind: 'topic', slug: 'sport' }
  const german = { kind: 'language', language: 'de' }
  const active = { kind: 'state', state: 'active' }

  expect(readFilter('topic:sport or language:de and not state:active')).toEqual({
    kind: 'any',
    of: [sport, { kind: 'all', of: [german, { kind: 'not', of: active }] }],
  })
  expect(readFilter('(topic:sport OR language:de) AND not (state:active)')).toEqual({
    kind: 'all',
    of: [
      { kind: 'any', of: [sport, german] },
      { kind: 'not', of: active },
    ],
  })
})

test.each([
  ['topic:sport=weekly', { kind: 'topic', slug: 'sport', cadence: 'weekly' }],
  ['newsletter:daily', { kind: 'newsletter', slug: 'daily' }],
  ['zone:Europe/*', { kind: 'zone', zone: 'Europe/*' }],
  ['signed-up:after=2026-01-31', { kind: 'signed-up', when: 'after', day: '2026-01-31' }],
  ['confirmed:ever', { kind: 'confirmed', when: 'ever' }],
  ['domain:*.Example.ORG', { kind: 'domain', domain: '*.example.org' }],
  ['attribute:plan', { kind: 'attribute', name: 'plan', test: { is: 'known' } }],
  [
    'attribute:"the plan"="gold \\"member\\""',
    { kind: 'attribute', name: 'the plan', test: { is: 'equal', value: 'gold "member"' } },
  ],
  ['attribute:age>30', { kind: 'attribute', name: 'age', test: { is: 'above', value: 30 } }],
  ['acted:30', { kind: 'acted', days: 30 }],
])('%s is read as what it says', (text, filter) => {
  expect(readFilter(text)).toEqual(filter)
})

test.each([
  ['topic:sport language:de', 13, /expected "and" or "or"/],
  ['topic:sport and', 16, /a condition is missing at the end/],
  ['topic:sport and )', 17, /expected a condition/],
  ['(topic:sport', 1, /never closed/],
  ['topik:sport', 1, /there is no such condition; there are topic, newsletter/],
  ['topic', 1, /needs a colon/],
  ['topic:', 7, /a value is missing/],
  ['attribute:"plan', 11, /quotation mark is never closed/],
  ['zone:"Mars or Venus"', 1, /zone must be a zone/],
  ['zone:Europe/Berlin=daily', 1, /"zone" takes no "="/],
  ['topic:sport~x', 1, /"topic" takes no "~"/],
  ['topic:sport=hourly', 1, /cadence must be instant, daily, weekly or off/],
  ['topic:Sport', 1, /must be a short name/],
  ['state:erased', 1, /must be pending, active, left/],
  ['signed-up:after=2026-02-31', 1, /must be a day that exists/],
  ['signed-up:after', 1, /day/],
  ['confirmed:ever=2026-01-01', 1, /none with ever/],
  ['attribute:age>old', 1, /must be a number/],
  ['acted:many', 1, /days/],
  ['clicked:30', 1, /at most 2 days/],
  ['topic:a; drop table x', 10, /there is no such condition/],
  ['state:active\u0000', 1, /state must be pending/],
])('%j is refused at character %i, with the reason', (text, character, reason) => {
  expect(() => readFilter(text)).toThrow(
    expect.objectContaining({ name: 'Refusal', field: 'filter' }),
  )
  expect(() => readFilter(text)).toThrow(reason)
  expect(() => readFilter(text)).toThrow(`at character ${character}:`)
})

test('the place of a mistake is shown below the words around it', () => {
  expect(() => readFilter('topic:sport and langage:de')).toThrow(
    /\n {2}topic:sport and langage:de\n {18}\^$/,
  )
})

test.each([
  ['nothing', '   ', /empty/],
  ['a novel', 'topic:a or '.repeat(1000), /longer than 8000/],
  ['a hundred and one conditions', Array(101).fill('topic:a').join(' or '), /at most 100/],
  ['brackets without end', `${'('.repeat(3000)}topic:a${')'.repeat(3000)}`, /nested too deep/],
  ['a chain of nots', `${'not '.repeat(1500)}topic:a`, /nested too deep/],
])('%s is refused in words', (_, text, reason) => {
  expect(() => readFilter(text)).toThrow(
    expect.objectContaining({ name: 'Refusal', message: expect.stringMatching(reason) }),
  )
})

test.each([
  ['no object', 'all', /^filter must be one of|^filter /],
  ['an unknown kind', { kind: 'sql', of: 'true' }, /^filter\.?(kind)? must be one of the kinds/],
  ['a field too many', { kind: 'topic', slug: 'a', sql: '1=1' }, /^filter .*sql/],
  ['an empty list', { kind: 'all', of: [] }, /^filter\.of needs at least one/],
  [
    'a mistake deep inside',
    { kind: 'all', of: [{ kind: 'not', of: { kind: 'topic', slug: "x' or 1=1" } }] },
    /^filter\.of\.0\.of\.slug must be a short name/,
  ],
  ['a zero byte', { kind: 'attribute', name: 'a\0', test: { is: 'known' } }, /zero byte/],
])('JSON with %s is refused with its place', (_, input, reason) => {
  expect(() => parseFilter(input)).toThrow(
    expect.objectContaining({ name: 'Refusal', message: expect.stringMatching(reason) }),
  )
})

test('JSON that is nested a hundred thousand times is refused in words', () => {
  const text = `${'{"kind":"not","of":'.repeat(100_000)}{"kind":"confirmed"}${'}'.repeat(100_000)}`

  expect(() => parseFilter(JSON.parse(text))).toThrow(/at most 100 conditions, 20 deep/)
})
