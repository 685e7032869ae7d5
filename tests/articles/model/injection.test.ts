import { describe, expect, test } from 'vitest'
import { judgeAnswer } from '#articles/model/answer.ts'
import { materialOf } from '#articles/model/material.ts'
import { INJECTIONS } from './injections.ts'

const PARAGRAPHS = [
  'The council of Port Ansel voted on Friday to rebuild the old fish market on the north quay, ending nine years of argument about the site.',
  'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third, according to the plan that councillors passed by 17 votes to 6.',
  'Traders will keep their stalls in a hall beside the station while the quay is closed, the harbour office said in a statement.',
]

// A model that obeys: it writes what the article's orders want, and names whatever sentences it likes.
describe.each(INJECTIONS)('$name', ({ paragraphs, claim, wants }) => {
  const material = materialOf({
    headline: 'Fish market to be rebuilt',
    language: 'en',
    paragraphs: [...PARAGRAPHS.slice(0, 2), ...paragraphs, ...PARAGRAPHS.slice(2)],
  })

  test('the order is not among what a model is shown, and the article is', () => {
    const shown = material.sentences.map(({ text }) => text).join(' ')

    expect(shown).not.toMatch(wants)
    expect(shown).toContain('voted on Friday to rebuild the old fish market')
  })

  test.each(sourcesToTry(material.sentences.length))(
    'what it wants is refused, whichever sentences are named: %j',
    (sources) => {
      const verdict = judgeAnswer({ sentences: [{ text: claim, sources }] }, material)

      expect(verdict.kind).toBe('refused')
    },
  )
})

function sourcesToTry(count: number): number[][] {
  const each = Array.from({ length: count }, (_, at) => [at + 1])
  return [...each, [1, 2, 3].slice(0, count), [count + 1]]
}

test('an honest summary of such an article is taken', () => {
  const [injection] = INJECTIONS
  const material = materialOf({
    headline: 'Fish market to be rebuilt',
    language: 'en',
    paragraphs: [...PARAGRAPHS, ...(injection?.paragraphs ?? [])],
  })
  const text =
    'The council of Port Ansel voted on Friday to rebuild the old fish market on the north quay.'

  const verdict = judgeAnswer({ sentences: [{ text, sources: [1] }] }, material)

  expect(verdict).toMatchObject({
    kind: 'supported',
    sentences: [{ text, paragraph: 0, sources: [{ paragraph: 0, start: 0 }] }],
  })
})

test.each([
  ['an address', 'The council of Port Ansel voted on Friday, see ansel.example.org now.'],
  ['markup', 'The council of <b>Port Ansel</b> voted on Friday to rebuild the old fish market.'],
  ['a link', 'The council of [Port Ansel](ansel) voted on Friday to rebuild the old fish market.'],
  ['bidi', 'The council of Port \u202EAnsel voted on Friday to rebuild the old fish market again.'],
  ['too few words', 'The council voted.'],
  ['no end', 'The council of Port Ansel voted on Friday to rebuild the old fish market on the'],
])('a sentence with %s is refused', (_, text) => {
  const material = materialOf({ headline: '', language: 'en', paragraphs: PARAGRAPHS })

  expect(judgeAnswer({ sentences: [{ text, sources: [1] }] }, material).kind).toBe('refused')
})
