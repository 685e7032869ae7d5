import { expect, test } from 'vitest'
import { readSubject } from '#articles/model/gate/evidence.ts'
import { doubtsAbout } from '#articles/model/gate/gate.ts'

const ENGLISH = [
  'The council of Port Ansel voted on Friday to rebuild the old fish market on the north quay.',
  'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third.',
  'Councillors passed the plan by 17 votes to 6.',
  'Mayor Ilse Brandt beat Harald Quist in the debate, and prices rose by 12 percent.',
  'Traders will not lose their stalls, the harbour office said.',
  'The old roof may collapse, according to the engineer Mats Lunde.',
  '"We have waited nine years for this," Brandt told reporters.',
  'Two dozen ships were turned away in 2019.',
]
const GERMAN = [
  'Der Stadtrat von Ansel stimmte am Freitag für den Neubau der Markthalle.',
  'Die Arbeiten kosten 1.250 Millionen Kronen und beginnen nicht vor Mai.',
]

function kindsOf(text: string, sources: number[], { sentences = ENGLISH, language = 'en' } = {}) {
  const subject = readSubject({ language, headline: 'Fish market to be rebuilt', sentences })
  return doubtsAbout({ text, sources: sources.map((number) => number - 1) }, subject).map(
    ({ kind }) => kind,
  )
}

test.each([
  ['The council of Port Ansel voted to rebuild the old fish market.', [1]],
  ['On Friday the council voted to rebuild the fish market of Port Ansel.', [1]],
  ['Work begins in March and costs 14,200,000 crowns.', [2]],
  ['Councillors passed the plan by 17 votes to six.', [3]],
  ['The region pays a third of the 14.2 million crowns.', [2]],
  ['Traders will not lose their stalls, the office said.', [5]],
  ['The old roof may collapse, an engineer said.', [6]],
  ['"We have waited nine years," Brandt told reporters.', [7]],
  ['24 ships were turned away in 2019.', [8]],
])('borne out: %s', (text, sources) => {
  expect(kindsOf(text, sources)).toEqual([])
})

test.each([
  ['number', 'Councillors passed the plan by 19 votes to 6.', [3]],
  ['number', 'The region pays a quarter of the 14.2 million crowns.', [2]],
  ['number', 'Three dozen ships were turned away in 2019.', [8]],
  ['number', 'Two dozen ships were turned away in 2018.', [8]],
  ['number', 'Prices rose by 12 crowns and Brandt beat Quist.', [4]],
  ['name', 'The council of Port Merrow voted to rebuild the old fish market.', [1]],
  ['name', 'Mayor Ilse Hansen beat Harald Quist in the debate.', [4]],
  ['date', 'The council of Port Ansel voted on Monday to rebuild the old fish market.', [1]],
  ['date', 'Work is to begin in October and to cost 14.2 million crowns.', [2]],
  ['negation', 'The council of Port Ansel did not vote to rebuild the old fish market.', [1]],
  ['negation', 'Traders will lose their stalls, the harbour office said.', [5]],
  ['direction', 'Prices fell by 12 percent, and Brandt beat Quist in the debate.', [4]],
  ['certainty', 'The old roof will collapse, the engineer Mats Lunde said.', [6]],
  ['attribution', 'The old roof may collapse on the engineer.', [6]],
  ['quote', '"We have waited ten long years," Brandt told reporters.', [7]],
  ['quote', '"We have waited nine years for this, Brandt told reporters.', [7]],
  [
    'role',
    'Harald Quist beat Mayor Ilse Brandt in the debate, and prices rose by 12 percent.',
    [4],
  ],
  ['support', 'Voters will elect a new parliament and a president next spring.', [1]],
  ['support', 'The council of Port Ansel voted on Friday.', []],
])('doubted for its %s: %s', (kind, text, sources) => {
  expect(kindsOf(text, sources)).toContain(kind)
})

test('another language is read by its own separators, days and negations', () => {
  const german = { sentences: GERMAN, language: 'de' }

  expect(kindsOf('Die Arbeiten kosten 1250 Millionen Kronen.', [2], german)).toEqual([])
  expect(kindsOf('Der Stadtrat stimmte am Montag für den Neubau.', [1], german)).toContain('date')
  expect(kindsOf('Die Arbeiten kosten 1.350 Millionen Kronen.', [2], german)).toContain('number')
  expect(kindsOf('Der Stadtrat stimmte am Freitag nicht für den Neubau.', [1], german)).toContain(
    'negation',
  )
})

test('a sentence of the article itself is never doubted', () => {
  for (const [place, text] of ENGLISH.entries()) expect(kindsOf(text, [place + 1])).toEqual([])
})
