import { expect, test } from 'vitest'
import { verbsOf } from './usage-verbs.ts'

test.each([
  ['look EDITION [--json]', [['EDITION', []]]],
  ['go <edition> [--fast]', [['', ['--fast']]]],
  ['a b [--x | --y] <file|->', [['b', ['--x', '--y']]]],
  [
    'a <n> [one [--x X | --y Y] | two s|t [N] | three on|off Z] [--w]',
    [
      ['', ['--w']],
      ['one', ['--x', '--y']],
      ['two s', []],
      ['two t', []],
      ['three on', []],
      ['three off', []],
    ],
  ],
  [
    'a one [n] [--x] | two <n>',
    [
      ['one', ['--x']],
      ['two', []],
    ],
  ],
])('the verbs of "%s" are seen', (usage, expected) => {
  expect(verbsOf(usage).map(({ verb, options }) => [verb, options])).toEqual(expected)
})
