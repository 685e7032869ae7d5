import { type Filter, type Token, TypeGuards, type Value } from 'liquidjs'
import { type FilterResult, ownFilters } from './own-filters.ts'
import { type Scope, shapeOfToken } from './scope.ts'
import { certain, FLAG, NUMBER, type Shape, shapeInWords, TEXT, UNKNOWN } from './shape.ts'

/** What a value is behind its filters; all that it names is looked at. `token` is where it stands. */
export function shapeOfValue(
  value: Value,
  { token, scope }: { token: Token; scope: Scope },
): Shape {
  const { postfix } = value.initial
  const operands = postfix.filter((part) => !TypeGuards.isOperatorToken(part))
  const shapes = operands.map((operand) => shapeOfToken(operand, scope))
  const [first] = operands
  let shape = operands.length === 1 ? (shapes[0] ?? UNKNOWN) : FLAG
  for (const filter of value.filters)
    shape = filtered(shape, filter, { token: first ?? token, scope })
  return shape
}

type At = { token: Token; scope: Scope }

function filtered(shape: Shape, filter: Filter, at: At): Shape {
  for (const arg of filter.args) {
    const token = Array.isArray(arg) ? arg[1] : arg
    if (token !== undefined) requireWords(shapeOfToken(token, at.scope), { ...at, token })
  }
  const { name } = filter
  // Escaping, which the engine puts behind every output, is not among them.
  const result = Object.hasOwn(ownFilters, name) ? ownFilters[name] : undefined
  if (result === undefined) return shape
  if (name === 'size') return NUMBER
  if (name === 'join') return listed(shape, at, TEXT)
  return resulting(shape, result, at)
}

function resulting(shape: Shape, result: FilterResult, at: At): Shape {
  switch (result) {
    case 'text':
      return worded(shape, at, TEXT)
    case 'number':
      return worded(shape, at, NUMBER)
    case 'texts':
      return worded(shape, at, { is: 'list', of: TEXT })
    case 'one':
      return listed(shape, at, shape.is === 'list' ? { ...shape.of, absent: true } : UNKNOWN)
    case 'same':
      return listed(shape, at, shape)
    case 'there':
      return certain(shape)
  }
}

function worded(shape: Shape, at: At, result: Shape): Shape {
  return requireWords(shape, at) ? result : UNKNOWN
}

function listed(shape: Shape, { token, scope }: At, result: Shape): Shape {
  if (shape.is === 'unknown') return UNKNOWN
  if (shape.is === 'list') return result
  scope.report(
    token,
    `“${token.getText()}” is ${shapeInWords(shape)}, and this filter takes a list`,
  )
  return UNKNOWN
}

/** Whether it can be printed in every mail. */
export function requireWords(shape: Shape, { token, scope }: At): boolean {
  const text = token.getText()
  if (shape.is === 'unknown') return false
  if (shape.is !== 'text' && shape.is !== 'number') {
    const way =
      shape.is === 'flag'
        ? 'ask for it with if'
        : 'print one of its parts, or go through it with for'
    scope.report(token, `“${text}” is ${shapeInWords(shape)}, not words: ${way}`)
    return false
  }
  if (shape.absent !== true) return true
  scope.report(
    token,
    `“${text}” is not there in every mail: print it between {% if ${text} %} and {% endif %}`,
  )
  return false
}
