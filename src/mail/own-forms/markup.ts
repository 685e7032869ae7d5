/** The markers of blocks, comments, and tags whose attributes are quoted. */
export const TAG =
  // oxlint-disable-next-line no-control-regex -- our markers
  /\u0001([a-z]+(?::\d+)?)\u0002|<!--[\s\S]*?-->|<(\/?)([a-z][\w:-]*)((?:"[^"]*"|'[^']*'|[^'">])*?)(\/?)>/gi

/** Stand for what Liquid prints and decides, of the same length. */
export const OUTPUT = '\u0007'
const DECISION = '\u0006'

/** A form as it is written, Liquid out of sight: also what stands in a branch that no sample takes. */
export function withoutLiquid(form: string): string {
  return form.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, (found) =>
    found.replace(/[^\n]/g, found.startsWith('{{') ? OUTPUT : DECISION),
  )
}

/** What stands in comments as if it stood outside: mail programs and browsers end them at other places than we do. */
export function withoutComments(markup: string): string {
  return markup.replaceAll('<!--', '    ').replaceAll('-->', '   ')
}

export function hasLiquid(text: string): boolean {
  return text.includes(OUTPUT) || text.includes(DECISION)
}

/** What is written before a place since the last thing that Liquid decided. */
export function inSight(before: string): string {
  return before.slice(before.lastIndexOf(DECISION) + 1).trimStart()
}

/** A tag, its quoted values out of sight, each of the same length. */
export function outsideQuotes(tag: string): string {
  return tag.replace(/"[^"]*"|'[^']*'/g, (quoted) => `"${' '.repeat(quoted.length - 2)}"`)
}

/** Names in lower case, in order; of a value without quotes the name is all that is known. */
export function attributesOf(text: string): { name: string; value: string }[] {
  return Array.from(
    text.matchAll(/([^\s=/"'<>]+)(?:\s*=\s*("[^"]*"|'[^']*'))?/g),
    ([, name = '', quoted = '']) => ({
      name: name.toLowerCase(),
      value: quoted.slice(1, -1).trim(),
    }),
  )
}
