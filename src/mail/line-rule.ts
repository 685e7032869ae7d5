import { Liquid } from 'liquidjs'

const liquid = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true })

/** One line made by a rule in Liquid; a variable or filter that is not there is an error. */
export function renderRule(rule: string, values: Record<string, string | number>): string {
  return String(liquid.parseAndRenderSync(rule, values))
}
