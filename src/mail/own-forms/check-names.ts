import {
  AssignTag,
  CaptureTag,
  CaseTag,
  ForTag,
  Hash,
  IfTag,
  type Liquid,
  Output,
  RenderTag,
  type Template,
  type Token,
  UnlessTag,
  Value,
} from 'liquidjs'
import { provenBy } from './condition.ts'
import { inside, type Scope, shapeOfToken } from './scope.ts'
import { FLAG, NUMBER, type Shape, TEXT, UNKNOWN } from './shape.ts'
import { requireWords, shapeOfValue } from './values.ts'

/** A mail has no list in a list in a list in a list. */
const MOST_LOOPS = 3

/** Names that are trusted in styles and links: nothing else is called so. */
const TAKEN = ['look', 'dir', 'start', 'gap', 'language', 'forloop'].concat([
  'url',
  'logo',
  'privacyUrl',
  'correctionsUrl',
  'correctionsMailto',
])

const FORLOOP: Shape = {
  is: 'record',
  fields: new Map<string, Shape>([
    ...['index', 'index0', 'rindex', 'rindex0', 'length'].map((name): [string, Shape] => [
      name,
      NUMBER,
    ]),
    ['first', FLAG],
    ['last', FLAG],
  ]),
}

type Checking = { scope: Scope; engine: Liquid }

/**
 * Every name in a parsed form, also in branches that no mail has taken yet: is there such a thing, can it be printed, and
 * is it there in every mail?
 */
export function checkNames(templates: readonly Template[], { scope, engine }: Checking): void {
  for (const template of templates) checkOne(template, { scope, engine })
}

function checkOne(template: Template, { scope, engine }: Checking): void {
  if (template instanceof Output) {
    const at = { token: placeOf(template.value, template.token), scope }
    requireWords(shapeOfValue(template.value, at), at)
  } else if (template instanceof AssignTag) checkAssign(template, scope)
  else if (template instanceof CaptureTag) {
    checkNames(template.templates, { scope: inside(scope, {}), engine })
    take(template.variable, TEXT, { token: template.token, scope })
  } else if (template instanceof ForTag) checkLoop(template, { scope, engine })
  else if (template instanceof IfTag) checkIf(template, { scope, engine })
  else if (template instanceof UnlessTag) checkUnless(template, { scope, engine })
  else if (template instanceof CaseTag) checkCase(template, { scope, engine })
  else if (template instanceof RenderTag) checkPartial(template, { scope, engine })
}

/** Where a value begins: its first name, not the braces around it. */
function placeOf({ initial }: Value, token: Token): Token {
  return initial.postfix[0] ?? token
}

function checkAssign(tag: AssignTag, scope: Scope): void {
  const [value] = tag.arguments()
  const [name] = tag.localScope()
  if (!(value instanceof Value) || name === undefined) return
  const { token } = tag
  take(name.content, shapeOfValue(value, { token, scope }), { token, scope })
}

function take(name: string, shape: Shape, { token, scope }: { token: Token; scope: Scope }): void {
  scope.names.set(name, shape)
  if (TAKEN.includes(name)) scope.report(token, `“${name}” is a name of the house: use another one`)
}

function checkLoop(tag: ForTag, { scope, engine }: Checking): void {
  const { collection, variable, hash, token } = tag
  const shape = shapeOfToken(collection, scope)
  if (shape.is !== 'list' && shape.is !== 'unknown')
    scope.report(collection, `“${collection.getText()}” is no list: a loop goes through a list`)
  for (const limit of Object.values(hash.hash))
    if (limit !== undefined) requireWords(shapeOfToken(limit, scope), { token: limit, scope })
  if (scope.loops === MOST_LOOPS)
    scope.report(token, `this loop is inside ${MOST_LOOPS} others: that is one too many`)
  if (TAKEN.includes(variable)) take(variable, UNKNOWN, { token, scope: inside(scope, {}) })
  const names: [string, Shape][] = [
    [variable, shape.is === 'list' ? shape.of : UNKNOWN],
    ['forloop', FORLOOP],
  ]
  const within = { ...inside(scope, { names }), loops: scope.loops + 1 }
  checkNames(tag.templates, { scope: within, engine })
  checkNames(tag.elseTemplates, { scope: inside(scope, {}), engine })
}

function checkIf(tag: IfTag, { scope, engine }: Checking): void {
  for (const { value, templates } of tag.branches) {
    shapeOfValue(value, { token: tag.token, scope })
    const proven = value.filters.length > 0 ? [] : provenBy(value.initial.postfix)
    checkNames(templates, { scope: inside(scope, { proven }), engine })
  }
  checkNames(tag.elseTemplates ?? [], { scope: inside(scope, {}), engine })
}

function checkUnless(tag: UnlessTag, { scope, engine }: Checking): void {
  let proven: string[] = []
  for (const [index, { value, templates }] of tag.branches.entries()) {
    shapeOfValue(value, { token: tag.token, scope })
    checkNames(templates, { scope: inside(scope, {}), engine })
    if (index === 0 && value.filters.length === 0) proven = provenBy(value.initial.postfix)
  }
  checkNames(tag.elseTemplates, { scope: inside(scope, { proven }), engine })
}

function checkCase(tag: CaseTag, { scope, engine }: Checking): void {
  shapeOfValue(tag.value, { token: tag.token, scope })
  for (const { values, templates } of tag.branches) {
    for (const value of values) shapeOfToken(value, scope)
    checkNames(templates, { scope: inside(scope, {}), engine })
  }
  checkNames(tag.elseTemplates, { scope: inside(scope, {}), engine })
}

function checkPartial(tag: RenderTag, { scope, engine }: Checking): void {
  const { token } = tag
  const name = tag.partialScope()?.name
  const known = Object.keys(engine.options.templates ?? {})
  if (name === undefined || !known.includes(name)) {
    const text = name === undefined || name === '' ? 'this' : `“${name}”`
    scope.report(
      token,
      `${text} cannot be rendered here. There are ${known.join(', ')}, written without quotes`,
    )
    return
  }
  const templates = engine.parseFileSync(name)
  const given = givenTo(tag, scope)
  const needed = engine.globalVariablesSync(templates)
  if (needed.some((one) => !given.has(one))) {
    const whole = needed.map((one) => `${one}: ${one}`).join(', ')
    scope.report(token, `${name} needs ${needed.join(', ')}: write {% render ${name}, ${whole} %}`)
    return
  }
  const report: Scope['report'] = (_, message) =>
    scope.report(token, `${name} cannot be made of what it is given: ${message}`)
  const other = houseValueOf(tag)
  if (other !== undefined) {
    scope.report(token, `${name} takes “${other}” as it is: write ${other}: ${other}`)
    return
  }
  const within: Scope = { names: given, proven: new Set(), loops: scope.loops, report }
  checkNames(templates, { scope: within, engine })
}

function givenTo(tag: RenderTag, scope: Scope): Map<string, Shape> {
  return new Map(
    namedIn(tag).map(([name, token]) => [
      name,
      token === undefined ? FLAG : shapeOfToken(token, scope),
    ]),
  )
}

/** Partials put these into styles and attributes: nothing else goes there. */
function houseValueOf(tag: RenderTag): string | undefined {
  const house = ['look', 'dir', 'start', 'gap']
  return namedIn(tag).find(
    ([name, token]) => house.includes(name) && token?.getText() !== name,
  )?.[0]
}

function namedIn(tag: RenderTag): [string, Token | undefined][] {
  // The library keeps the named values to itself, and lists values without their names.
  const hash: unknown = Reflect.get(tag, 'hash')
  return hash instanceof Hash ? Object.entries(hash.hash) : []
}
