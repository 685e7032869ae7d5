import { Refusal } from '#errors.ts'
import { conditionNames } from './condition-words.ts'

/** Of a filter as people type it, with its place in the text. */
export type Piece = { at: number } & (
  | { kind: '(' | ')' | 'and' | 'or' | 'not' }
  | { kind: 'condition'; name: string; value: string; sign?: Sign; operand?: string }
)
export type Sign = '=' | '~' | '>'

const LONGEST = 8000
/** @throws Refusal that shows the place */
export function readPieces(text: string): Piece[] {
  if (text.trim() === '')
    throw new Refusal('the filter is empty: type one such as "topic:sport and not language:de"', {
      field: 'filter',
    })
  if (text.length > LONGEST)
    throw new Refusal(`the filter is longer than ${LONGEST} characters`, { field: 'filter' })
  const pieces: Piece[] = []
  const space = /\s*/y
  let at = 0
  for (;;) {
    space.lastIndex = at
    at += space.exec(text)?.[0].length ?? 0
    if (at >= text.length) return pieces
    const { piece, end } = readPiece(text, at)
    pieces.push(piece)
    at = end
  }
}

function readPiece(text: string, at: number): { piece: Piece; end: number } {
  const bracket = text[at]
  if (bracket === '(' || bracket === ')') return { piece: { kind: bracket, at }, end: at + 1 }
  const word = matchAt(/[A-Za-z][A-Za-z-]*/y, text, at)
  const name = word.toLowerCase()
  const colon = text[at + word.length] === ':'
  if (!colon && (name === 'and' || name === 'or' || name === 'not'))
    return { piece: { kind: name, at }, end: at + word.length }
  if (!conditionNames.includes(name))
    throw refuseAt(text, at, `there is no such condition; there are ${conditionNames.join(', ')}`)
  if (!colon) throw refuseAt(text, at, `"${name}" needs a colon and a value, such as ${name}:…`)
  const value = readValue(text, at + word.length + 1)
  const sign = signAt(text, value.end)
  if (sign === undefined)
    return { piece: { kind: 'condition', at, name, value: value.text }, end: value.end }
  const operand = readValue(text, value.end + 1)
  return {
    piece: { kind: 'condition', at, name, value: value.text, sign, operand: operand.text },
    end: operand.end,
  }
}

function signAt(text: string, at: number): Sign | undefined {
  const sign = text[at]
  return sign === '=' || sign === '~' || sign === '>' ? sign : undefined
}

/** Bare, or in quotes with a backslash before quotes and backslashes. */
function readValue(text: string, at: number): { text: string; end: number } {
  if (text[at] === '"') {
    const quoted = matchAt(/"(?:[^"\\]|\\.)*"/sy, text, at)
    if (quoted === '') throw refuseAt(text, at, 'this quotation mark is never closed')
    return { text: quoted.slice(1, -1).replace(/\\(.)/gs, '$1'), end: at + quoted.length }
  }
  const bare = matchAt(/[^\s()"=~>\\]+/y, text, at)
  if (bare === '') throw refuseAt(text, at, 'a value is missing here')
  return { text: bare, end: at + bare.length }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** Shows the place below the words around it. */
export function refuseAt(text: string, at: number, problem: string): Refusal {
  const from = Math.max(0, at - 30)
  const shown = text.slice(from, at + 30).replace(/[\s\p{Cc}\p{Cf}]/gu, ' ')
  return new Refusal(
    `the filter is not understood at character ${at + 1}: ${problem}\n  ${shown}\n  ${' '.repeat(at - from)}^`,
    { field: 'filter' },
  )
}
