import { Refusal } from '#errors.ts'
import { fieldsOf, writeCondition } from './condition-words.ts'
import { type Condition, type Filter, parseCondition, parseFilter } from './filter.ts'
import { type Piece, readPieces, refuseAt } from './filter-pieces.ts'

/**
 * A filter as people type it: `topic:sport and zone:Europe/* and not language:de`. "and" binds closer than "or".
 * @throws Refusal that shows the place
 */
export function readFilter(text: string): Filter {
  const reading = { text, pieces: readPieces(text), at: 0, depth: 0 }
  const filter = readAny(reading)
  const [extra] = reading.pieces.slice(reading.at)
  if (extra !== undefined) throw refuseAt(text, extra.at, 'expected "and" or "or" here, or the end')
  return parseFilter(filter)
}

type Reading = { text: string; pieces: Piece[]; at: number; depth: number }

function readAny(reading: Reading): Filter {
  return readJoined(reading, { word: 'or', kind: 'any', next: readAll })
}

function readAll(reading: Reading): Filter {
  return readJoined(reading, { word: 'and', kind: 'all', next: readOne })
}

function readJoined(
  reading: Reading,
  join: { word: 'and' | 'or'; kind: 'all' | 'any'; next: (reading: Reading) => Filter },
): Filter {
  const first = join.next(reading)
  const of = [first]
  while (take(reading, join.word)) of.push(join.next(reading))
  return of.length === 1 ? first : { kind: join.kind, of }
}

function readOne(reading: Reading): Filter {
  const piece = reading.pieces[reading.at]
  if (piece === undefined)
    throw refuseAt(reading.text, reading.text.length, 'a condition is missing at the end')
  if (reading.depth > 40) throw refuseAt(reading.text, piece.at, 'this is nested too deep')
  reading.at += 1
  reading.depth += 1
  const filter = readFrom(reading, piece)
  reading.depth -= 1
  return filter
}

function readFrom(reading: Reading, piece: Piece): Filter {
  switch (piece.kind) {
    case 'not':
      return { kind: 'not', of: readOne(reading) }
    case '(': {
      const inside = readAny(reading)
      if (take(reading, ')')) return inside
      throw refuseAt(reading.text, piece.at, 'this bracket is never closed')
    }
    case 'condition':
      return readCondition(reading.text, piece)
    case ')':
    case 'and':
    case 'or':
      throw refuseAt(reading.text, piece.at, 'expected a condition here, such as topic:sport')
  }
}

function take(reading: Reading, kind: Piece['kind']): boolean {
  if (reading.pieces[reading.at]?.kind !== kind) return false
  reading.at += 1
  return true
}

type Written = Extract<Piece, { kind: 'condition' }>

function readCondition(text: string, piece: Written): Condition {
  try {
    return parseCondition(fieldsOf(piece), piece.name)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw refuseAt(text, piece.at, error.message)
  }
}

/** The filter as people type it; reading it again gives the same filter. */
export function writeFilter(filter: Filter): string {
  if (filter.kind === 'not') return `not ${within('not', filter.of)}`
  if (filter.kind !== 'all' && filter.kind !== 'any') return writeCondition(filter)
  const { kind, of } = filter
  return of.map((each) => within(kind, each)).join(kind === 'all' ? ' and ' : ' or ')
}

/** In brackets where it would be read as something else without. */
function within(outer: 'all' | 'any' | 'not', filter: Filter): string {
  const text = writeFilter(filter)
  const loose = filter.kind === 'any' || (filter.kind === 'all' && outer !== 'any')
  return loose && filter.of.length > 1 ? `(${text})` : text
}
