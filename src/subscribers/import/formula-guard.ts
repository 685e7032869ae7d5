const TRAP = /^'*[=+\-@\t\r\n]/
const GUARDED = /^'+[=+\-@\t\r\n]/

/** A spreadsheet runs what begins like a formula; behind an apostrophe it is text. */
export function guardFormula(text: string): string {
  return TRAP.test(text) ? `'${text}` : text
}

/** What was meant by a cell that somebody guarded. */
export function unguardFormula(text: string): string {
  return text.startsWith("'") && GUARDED.test(text) ? text.slice(1) : text
}
