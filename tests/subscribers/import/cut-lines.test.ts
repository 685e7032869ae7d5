import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { expect, test } from 'vitest'
import { type Line, LineCutter } from '#subscribers/import/reading/cut-lines.ts'

/** The same numbers each time. */
function* chances(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield state / 2_147_483_648
  }
}

function cutInPieces(text: string, size: number): Line[] {
  const cutter = new LineCutter({ delimiter: ',' })
  const lines: Line[] = []
  for (let at = 0; at < text.length; at += size)
    lines.push(...cutter.push(text.slice(at, at + size)))
  return [...lines, ...cutter.end()]
}

const PIECES = [
  'a',
  'ü',
  '€',
  ' ',
  ',',
  '"',
  '\n',
  '\r\n',
  '😀',
  'long words of a cell',
  "'",
  '=1+1',
]

test('every well-formed table is cut as another parser cuts it, in pieces of any size', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const chance = chances(seed)
    const next = (below: number) => Math.floor((chance.next().value as number) * below)
    const table = Array.from({ length: 1 + next(12) }, (_, row) => [
      `row${row}`,
      ...Array.from({ length: 1 + next(4) }, () =>
        Array.from({ length: next(6) }, () => PIECES[next(PIECES.length)]).join(''),
      ),
    ])
    const text = stringify(table, {
      record_delimiter: seed % 2 === 0 ? '\r\n' : '\n',
      quoted_match: /[\r\n]/,
    })
    const wanted: string[][] = parse(text, {
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n'],
    })

    for (const size of [1, 2, 7, 10_000]) {
      const lines = cutInPieces(text, size)

      expect(lines.map((line) => ('cells' in line ? line.cells : line.problem))).toEqual(wanted)
    }
  }
})

test('numbers of lines do not depend on where the pieces end', () => {
  const text = 'a,b\r\n"x\r\ny",1\r\nbroken,"z\rlast,2\r\n'

  const numbers = [1, 2, 3, 100].map((size) =>
    cutInPieces(text, size).map((line) => `${line.number} ${'cells' in line}`),
  )

  for (const each of numbers) expect(each).toEqual(['1 true', '2 true', '4 false', '5 true'])
})

test('a quote that stays open costs one line, however much follows', () => {
  const cutter = new LineCutter({ delimiter: ',' })
  const rest = 'b@example.org,Bo\n'.repeat(10_000)

  const lines = [...cutter.push(`a@example.org,"Ada\n${rest}`), ...cutter.end()]

  expect(lines.filter((line) => 'problem' in line)).toHaveLength(1)
  expect(lines).toHaveLength(10_001)
})

test('a record over several lines that does not fit the header is a quote too many', () => {
  const cutter = new LineCutter({ delimiter: ',', width: 2 })

  const lines = [
    ...cutter.push('"Ada,a@example.org\nBo,b@example.org\n",c@example.org,x\n'),
    ...cutter.end(),
  ]

  expect(lines.map(({ number }) => number)).toEqual([1, 2, 3])
  expect(lines[1]).toEqual({ number: 2, cells: ['Bo', 'b@example.org'] })
})
