import { expect, test } from 'vitest'
import { preheaderOf, subjectOf } from '#editions/draft/subject.ts'

const HEADLINES = ['Ferries return', 'Council votes', 'Rovers win', 'Fog until ten']

function named(headlines: readonly string[], rule: { subject?: string; preheader?: string } = {}) {
  return {
    headlines,
    rules: {
      name: 'Morning digest',
      subjectRule: rule.subject ?? null,
      preheaderRule: rule.preheader ?? null,
      timeZone: 'Asia/Tokyo',
    },
    set: { name: 'The Courier', timeZone: 'Europe/London' },
    day: new Date('2026-11-22T23:30:00Z'),
  }
}

test('a subject is the lead, cut at a word', () => {
  const long = `${'Council votes to rebuild '.repeat(5)}the market`

  const subject = subjectOf(named([long]))

  expect(subject.length).toBeLessThanOrEqual(90)
  expect(subject).toMatch(/\w…$/)
  expect(subjectOf(named([' Short\n  news ']))).toBe('Short news')
})

test('the preview text continues with the next two', () => {
  expect(preheaderOf(named(HEADLINES))).toBe('Council votes · Rovers win')
  expect(preheaderOf(named(HEADLINES.slice(0, 1)))).toBe('From The Courier')
})

test('a rule makes both, in the day of the newsletter’s zone', () => {
  const rules = {
    subject: '{{ newsletter }} of {{ date }}: {{ lead }}',
    preheader: '{{ stories }} stories, {{ second | upcase }}',
  }

  expect(subjectOf(named(HEADLINES, rules))).toBe('Morning digest of 2026-11-23: Ferries return')
  expect(preheaderOf(named(HEADLINES, rules))).toBe('4 stories, COUNCIL VOTES')
})

test('a rule that names what is not there is an error', () => {
  expect(() => subjectOf(named(HEADLINES, { subject: '{{ leed }}' }))).toThrow(/undefined variable/)
})
