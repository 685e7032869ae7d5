import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Liquid } from 'liquidjs'
import { escapeHtml, escapeSlots, wrapText } from './outside-text.ts'
import { ownFilters } from './own-forms/own-filters.ts'

const root = fileURLToPath(new URL('../../templates/', import.meta.url))

// Control characters, which text from outside never holds: nothing an article says can open or close a block.
const [OPEN, CLOSE] = ['\u0001', '\u0002']
export const BLOCK = new RegExp(`${OPEN}([a-z]+)(?::(\\d+))?${CLOSE}`, 'g')

/** The house's words and measures, and its forms as they are on disk. */
export function readHouseFile(name: string): string {
  return readFileSync(`${root}${name}`, 'utf8')
}

/** What forms render inside themselves: partials/foot.mjml and the like. */
export const partialNames: readonly string[] = readdirSync(`${root}partials`)
  .map((file) => `partials/${file}`)
  .toSorted((a, b) => (a < b ? -1 : 1))

const STRICT = {
  dynamicPartials: false,
  relativeReference: false,
  ownPropertyOnly: true,
  strictVariables: true,
  strictFilters: true,
} as const

// A newsletter's own forms: no file but the house's partials, from memory, and an end to every loop.
const OWN_TAGS = [
  'assign',
  'capture',
  'case',
  'comment',
  '#',
  'for',
  'if',
  'unless',
  'render',
  'break',
  'continue',
]
const LIMITS = { parseLimit: 200_000, renderLimit: 3000, memoryLimit: 10_000_000 }

export type Part = 'mjml' | 'txt'

const escapes: Record<Part, (text: string) => string> = { mjml: escapeHtml, txt: escapeSlots }

export const houseEngines = { mjml: houseEngine('mjml'), txt: houseEngine('txt') }
export const ownEngines = { mjml: ownEngine('mjml'), txt: ownEngine('txt') }

function houseEngine(part: Part): Liquid {
  return withOurFilters(new Liquid({ ...STRICT, root, cache: true, outputEscape: escaping(part) }))
}

function ownEngine(part: Part): Liquid {
  const partials = partialNames.filter((name) => name.endsWith(`.${part}`))
  const templates = Object.fromEntries(partials.map((name) => [name, readHouseFile(name)]))
  const engine = withOurFilters(
    new Liquid({ ...STRICT, ...LIMITS, templates, outputEscape: escaping(part) }),
  )
  for (const tag of Object.keys(engine.tags)) if (!OWN_TAGS.includes(tag)) delete engine.tags[tag]
  for (const filter of Object.keys(engine.filters))
    if (!Object.hasOwn(ownFilters, filter)) engine.unregisterFilter(filter)
  return engine
}

function withOurFilters(engine: Liquid): Liquid {
  engine.registerFilter(
    'block',
    (name: string, place?: number) =>
      `${OPEN}${place === undefined ? name : `${name}:${place}`}${CLOSE}`,
  )
  engine.registerFilter('wrap', (value: string | number, indent?: string) =>
    wrapText(String(value), indent),
  )
  return engine
}

function escaping(part: Part) {
  return (value: unknown) => escapes[part](textOf(value))
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new Error(`a template prints a value that is no text: ${typeof value}`)
}
