import { expect, test } from 'vitest'
import { chooseLead, type Member } from '#stories/lead/choose-lead.ts'

const NOW = new Date('2026-11-22T06:00:00Z')
const plain: Member = {
  articleId: 1,
  rank: 50,
  words: 300,
  image: false,
  byline: false,
  copy: false,
  at: NOW,
  seeded: false,
  withheld: false,
  fixed: false,
}
const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000)

type Case = { by: string; one: Partial<Member>; other: Partial<Member>; lead: number | null }

test.each<Case>([
  { by: 'among equals the first', one: {}, other: { at: hours(2) }, lead: 1 },
  { by: 'the more trusted source', one: {}, other: { rank: 70 }, lead: 2 },
  { by: 'the more complete text', one: { words: 60 }, other: { words: 400 }, lead: 2 },
  { by: 'the one with a picture', one: {}, other: { image: true, at: hours(1) }, lead: 2 },
  { by: 'the original before its copy', one: { copy: true }, other: { at: hours(1) }, lead: 2 },
  { by: 'the day’s news before that of days ago', one: {}, other: { at: hours(60) }, lead: 2 },
  { by: 'not what is withheld', one: { rank: 90, withheld: true }, other: {}, lead: 2 },
  { by: 'not history beside news', one: { rank: 90, seeded: true }, other: {}, lead: 2 },
  {
    by: 'whom a person chose',
    one: { fixed: true, words: 20 },
    other: { rank: 100, image: true },
    lead: 1,
  },
  {
    by: 'not whom a person chose while it is withheld',
    one: { fixed: true, withheld: true },
    other: {},
    lead: 2,
  },
  {
    by: 'nobody where all is withheld',
    one: { withheld: true },
    other: { withheld: true },
    lead: null,
  },
])('a story is led by $by', ({ one, other, lead }) => {
  const members = [
    { ...plain, ...one },
    { ...plain, articleId: 2, ...other },
  ]

  expect(chooseLead(members)).toBe(lead)
  expect(chooseLead(members.toReversed())).toBe(lead)
})
