import { TypeGuards, type Token } from 'liquidjs'

type Operand = { path: string | undefined; nil: boolean; proven: string[] }

/**
 * The paths that are there where a condition holds: `story.place`, `a and b`, `x != nil`, `x == 'y'`. An `or` or a `not`
 * proves nothing.
 */
export function provenBy(postfix: readonly Token[]): string[] {
  const stack: Operand[] = []
  for (const token of postfix) {
    if (!TypeGuards.isOperatorToken(token)) {
      const path = pathOf(token)
      const nil =
        TypeGuards.isLiteralToken(token) && ['nil', 'null', 'blank'].includes(token.getText())
      stack.push({ path, nil, proven: path === undefined ? [] : [path] })
      continue
    }
    const right = stack.pop()
    const left = token.operator === 'not' ? undefined : stack.pop()
    stack.push({ path: undefined, nil: false, proven: provenTogether(token.operator, left, right) })
  }
  return stack.at(-1)?.proven ?? []
}

function provenTogether(
  operator: string,
  left: Operand | undefined,
  right: Operand | undefined,
): string[] {
  if (left === undefined || right === undefined || operator === 'or') return []
  const both = [...left.proven, ...right.proven]
  if (operator === 'and') return both
  const named = [left, right].flatMap(({ path }) => (path === undefined ? [] : [path]))
  const nil = left.nil || right.nil
  // Something that is not there is also "not equal to Monday", and two may be missing alike.
  if (operator === '!=') return nil ? named : []
  return nil || named.length > 1 ? [] : named
}

/** `story.image.url` of a variable whose parts are all written out. */
function pathOf(token: Token): string | undefined {
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) return undefined
  const parts = token.props.map((prop) =>
    TypeGuards.isWordToken(prop) || TypeGuards.isQuotedToken(prop) ? prop.content : undefined,
  )
  return parts.includes(undefined) ? undefined : parts.join('.')
}
