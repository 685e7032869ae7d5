import { expect, test } from 'vitest'
import { parseAttributes } from '#subscribers/joining/attributes.ts'

test('text and numbers are kept as they came', () => {
  const attributes = { plan: 'gold', 'orders 2026': 7, Größe: '', delta: -1.5 }

  expect(parseAttributes(attributes)).toEqual(attributes)
})

test.each([
  ['a list', { plan: ['gold'] }, 'attributes.plan'],
  ['an object', { plan: { name: 'gold' } }, 'attributes.plan'],
  ['nothing', { plan: null }, 'attributes.plan'],
  ['yes or no', { plan: true }, 'attributes.plan'],
  ['a number without end', { plan: Infinity }, 'attributes.plan'],
  ['text of several lines', { plan: 'gold\nBcc: all' }, 'attributes.plan'],
  ['text that is too long', { plan: 'x'.repeat(201) }, 'attributes.plan'],
  ['a name that is markup', { '<b>': 'x' }, 'attributes'],
  ['a name of nothing', { '': 'x' }, 'attributes'],
  [
    'too many',
    Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`a${n}`, n])),
    'attributes',
  ],
])('%s is refused by its field', (_, attributes, field) => {
  expect(() => parseAttributes(attributes)).toThrow(
    expect.objectContaining({ name: 'Refusal', field }),
  )
})

test('a name that means something to the machine is a name like any other', () => {
  const parsed = parseAttributes(JSON.parse('{"constructor": "x"}'))

  expect(Object.keys(parsed)).toEqual(['constructor'])
  expect(() => parseAttributes(JSON.parse('{"__proto__": "x"}'))).toThrow('no name')
})
