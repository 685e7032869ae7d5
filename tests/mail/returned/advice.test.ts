import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

import { ADVICE_RULES, adviceFor, anchors } from '#mail/returned/advice.ts'

test.each(ADVICE_RULES)('$example is answered with: $words', ({ example, words, anchor }) => {
  const advice = adviceFor({ reason: 'policy', text: example })

  expect(advice.words).toContain(words)
  expect(advice.docs).toBe(`docs/deliverability.md#${anchor}`)
})

test('the advice names the provider, its code, what to mend and where it is explained', () => {
  const { words } = adviceFor({
    reason: 'authentication',
    text: '550-5.7.26 Your email has been blocked: DKIM did not pass',
    destination: 'google',
  })

  expect(words).toBe(
    'Gmail: 5.7.26, DKIM did not pass or did not align; see docs/deliverability.md#dkim',
  )
})

test('the reason speaks where the reply says nothing', () => {
  const { docs } = adviceFor({ reason: 'reverse DNS', text: '550 no' })

  expect(docs).toBe('docs/deliverability.md#reverse-dns')
})

test('every place that is named is a heading of the document', () => {
  const document = readFileSync(new URL('../../../docs/deliverability.md', import.meta.url), 'utf8')
  const headings = [...document.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  )

  expect(headings).toEqual(expect.arrayContaining([...anchors]))
})
