import { Liquid } from 'liquidjs'

const liquid = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true })

/** One line made by a rule in Liquid; a variable or filter that is not there is an error. */
export function renderRule(rule: string, values: Record<string, string | number>): string {
  return String(liquid.parseAndRenderSync(rule, values))
}

/** What is wrong with a rule that may name these variables, with line and column; null where nothing is. */
export function faultOfRule(rule: string, names: readonly string[]): string | null {
  try {
    renderRule(rule, Object.fromEntries(names.map((name) => [name, 'x'])))
    return null
  } catch (error) {
    const [first = 'it cannot be read'] = String(
      error instanceof Error ? error.message : error,
    ).split('\n')
    return first
  }
}
