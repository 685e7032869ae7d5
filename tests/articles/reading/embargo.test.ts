import { expect, test } from 'vitest'
import { readArticle } from '#articles/read-article.ts'

const TEXT = `Ferry runs aground off Kellfjord

A ferry with 212 people on board ran aground off Kellfjord early on Monday, the coastguard said, and all of them were brought ashore by two lifeboats.

Nobody was badly hurt, and the operator said that it would look into the matter with the inspectors this week.`

const read = (line: string) =>
  readArticle({ bytes: new TextEncoder().encode(`${line}\n\n${TEXT}`), contentType: 'text/plain' })

test.each([
  ['EMBARGOED UNTIL 23 November 2026, 18:00 CET', '2026-11-23T17:00:00.000Z'],
  ['Embargo: 2026-11-23T18:00+01:00', '2026-11-23T17:00:00.000Z'],
  ['Sperrfrist: 23. November 2026, 18 Uhr MEZ', '2026-11-23T17:00:00.000Z'],
  ['Sperrfrist 23.11.2026, 18.30 Uhr MEZ', '2026-11-23T17:30:00.000Z'],
  ['Embargo jusqu’au 23 novembre 2026, 18h00 UTC+1', '2026-11-23T17:00:00.000Z'],
  ['Embargado hasta el 23 de noviembre de 2026, 6 pm GMT', '2026-11-23T18:00:00.000Z'],
  ['STRICTLY EMBARGOED until 6 p.m. EST, Nov. 23, 2026', '2026-11-23T23:00:00.000Z'],
])('%s', (line, until) => {
  const article = read(line)

  expect(article.embargoUntil?.toISOString()).toBe(until)
  expect(article.headline).toBe('Ferry runs aground off Kellfjord')
  expect(article.paragraphs.join(' ')).not.toMatch(/embarg|sperrfrist/i)
})

test.each([
  ['Embargoed until Monday', 'no exact day and hour'],
  ['Embargoed until 23 November 2026', 'no exact day and hour'],
  ['Sperrfrist: 23. November 2026, 18.30 Uhr', 'no time zone'],
  ['Embargo: 23 November 2026, 18:00 ET', 'no time zone'],
])('%s is refused, with what to write instead', (line, words) => {
  expect(() => read(line)).toThrow(words)
  expect(() => read(line)).toThrow(expect.objectContaining({ field: 'embargo' }))
})

test.each(['Embargo: 3 ships seized off Cuba', 'Embargo on oil hits shippers of the north'])(
  'a headline about an embargo is none: %s',
  (line) => {
    expect(read(line).embargoUntil).toBeNull()
  },
)
