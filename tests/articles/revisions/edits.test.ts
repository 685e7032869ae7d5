import { expect, test } from 'vitest'
import { editsBetween } from '#articles/revisions/edits.ts'

/** Reads both lists from the way between them. */
function sidesOf(before: string[], after: string[]) {
  const edits = editsBetween(before, after)
  const side = (gone: 'added' | 'removed') =>
    edits
      .filter(({ kind }) => kind !== gone)
      .flatMap(({ kind, start, end }) => (kind === 'added' ? after : before).slice(start, end))
  const kept = edits
    .filter(({ kind }) => kind === 'same')
    .reduce((sum, { start, end }) => sum + end - start, 0)
  return { before: side('added'), after: side('removed'), kept }
}

function longestCommon(a: string[], b: string[]): number {
  const rows = Array.from({ length: a.length + 1 }, () => Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = rows[i]
      if (row !== undefined)
        row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  return at(0, 0)
}

test('the way between two lists is one, and as short as can be', () => {
  let state = 7
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff
    return (state >>> 8) % below
  }
  const list = () => Array.from({ length: random(14) }, () => 'abcd'[random(4)] ?? '')

  for (let round = 0; round < 500; round += 1) {
    const [before, after] = [list(), list()]
    const way = sidesOf(before, after)

    expect(way).toEqual({ before, after, kept: longestCommon(before, after) })
  }
})

test('lists too different to be compared are one replaced by the other, between what they begin and end with', () => {
  expect(editsBetween(listOf('a'), listOf('b'))).toEqual([
    { kind: 'same', start: 0, end: 1 },
    { kind: 'removed', start: 1, end: 3_001 },
    { kind: 'added', start: 1, end: 3_001 },
    { kind: 'same', start: 3_001, end: 3_002 },
  ])
})

function listOf(mark: string): string[] {
  return ['start', ...Array.from({ length: 3_000 }, (_, index) => `${mark}${index}`), 'end']
}
