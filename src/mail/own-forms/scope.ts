import { type Token, TypeGuards } from 'liquidjs'
import { certain, FLAG, NUMBER, type Shape, shapeInWords, TEXT, UNKNOWN } from './shape.ts'

/** What is known at one place of a template. */
export type Scope = {
  names: Map<string, Shape>
  /** Paths that a condition around this place has asked for. */
  proven: ReadonlySet<string>
  /** How many loops are around it. */
  loops: number
  report: (token: Token, message: string) => void
}

/** Inside a branch or a loop: what is assigned there is not known behind it. */
export function inside(
  scope: Scope,
  { names = [], proven = [] }: { names?: [string, Shape][]; proven?: string[] },
): Scope {
  const hidden = names.map(([name]) => name)
  const still = [...scope.proven].filter((path) => !hidden.includes(path.split('.')[0] ?? ''))
  return {
    ...scope,
    names: new Map([...scope.names, ...names]),
    proven: new Set([...still, ...proven]),
  }
}

/** What a variable, a quoted word or a number is. Says so where there is no such thing. */
export function shapeOfToken(token: Token, scope: Scope): Shape {
  if (TypeGuards.isQuotedToken(token)) return TEXT
  if (TypeGuards.isNumberToken(token)) return NUMBER
  if (TypeGuards.isLiteralToken(token)) return FLAG
  if (TypeGuards.isPropertyAccessToken(token) && token.variable === undefined)
    return shapeOfPath(token, scope)
  scope.report(
    token,
    `“${token.getText()}” is not used here: name a value of the mail, such as stories`,
  )
  return UNKNOWN
}

function shapeOfPath(token: Token & { props: Token[] }, scope: Scope): Shape {
  const [root, ...props] = token.props
  const name = root === undefined ? undefined : wordOf(root)
  const known = name === undefined ? undefined : scope.names.get(name)
  if (name === undefined || known === undefined) {
    const all = [...scope.names.keys()].toSorted().join(', ')
    scope.report(token, `there is no “${name ?? token.getText()}” here. There are ${all}`)
    return UNKNOWN
  }
  let shape = provenShape(known, name, scope)
  let path = name
  for (const prop of props) {
    const part = partOf(shape, prop, { path, scope })
    path = `${path}.${wordOf(prop) ?? ''}`
    shape = provenShape(shape.absent === true ? { ...part, absent: true } : part, path, scope)
  }
  return shape
}

/** Where a path was asked for, all of it is there. */
function provenShape(shape: Shape, path: string, { proven }: Scope): Shape {
  const asked = [...proven].some((one) => one === path || one.startsWith(`${path}.`))
  return asked ? certain(shape) : shape
}

function partOf(shape: Shape, prop: Token, { path, scope }: { path: string; scope: Scope }): Shape {
  const word = wordOf(prop)
  if (shape.is === 'unknown') return UNKNOWN
  if (shape.is === 'record') {
    const part = shape.fields.get(word ?? '')
    if (part !== undefined) return part
  } else if (shape.is === 'list') {
    if (word === 'size') return NUMBER
    if (word === 'first' || word === 'last' || TypeGuards.isNumberToken(prop))
      return { ...shape.of, absent: true }
  } else if (shape.is === 'text' && word === 'size') return NUMBER
  scope.report(prop, `“${path}” has no “${prop.getText()}”: ${partsInWords(shape)}`)
  return UNKNOWN
}

function partsInWords(shape: Shape): string {
  if (shape.is === 'record') return `it has ${[...shape.fields.keys()].toSorted().join(', ')}`
  return shape.is === 'list'
    ? 'it is a list, to go through with for'
    : `it is ${shapeInWords(shape)}`
}

function wordOf(token: Token): string | undefined {
  return TypeGuards.isWordToken(token) || TypeGuards.isQuotedToken(token)
    ? token.content
    : undefined
}
