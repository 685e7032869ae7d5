export type Declaration = { property: string; value: string; important: boolean }

export type StyleRule = {
  /** The media conditions around it, outermost first. */
  media: string[]
  selectors: string[]
  declarations: Declaration[]
}

/** As much of a style sheet as a mail uses; what cannot be read is left out. */
export type StyleSheet = { rules: StyleRule[]; atRules: string[] }

// Patterns that look at a value may go over it once for each of its characters.
const LONGEST = 500

/** The declarations of a style attribute or of a rule. */
export function parseDeclarations(text: string): Declaration[] {
  return splitOutside(text, ';').flatMap((part) => {
    const at = part.indexOf(':')
    const property = part.slice(0, Math.max(at, 0)).trim().toLowerCase()
    const written = part
      .slice(at + 1, at + LONGEST)
      .replace(/\s+/g, ' ')
      .trim()
    const important = /!\s*important$/i.test(written)
    const value = written.replace(/\s*!\s*important$/i, '')
    return property === '' || value === '' ? [] : [{ property, value, important }]
  })
}

export function parseSheet(css: string): StyleSheet {
  const sheet: StyleSheet = { rules: [], atRules: [] }
  const open: string[] = []
  let written = ''
  for (const part of css.replace(/\/\*[\s\S]*?(?:\*\/|$)|<!--|-->/g, ' ').split(/([{}])/)) {
    if (part === '{') {
      open.push(written.trim())
      written = ''
    } else if (part === '}') {
      take(sheet, { open, body: written })
      open.pop()
      written = ''
    } else {
      written = statementsOf(sheet, part)
    }
  }
  return sheet
}

/** Takes up `@import …;` and its like, and returns what is left of the text. */
function statementsOf(sheet: StyleSheet, text: string): string {
  const statements = text.split(';')
  const rest = statements.pop() ?? ''
  for (const statement of statements) {
    const name = /^@[a-z-]+/i.exec(statement.trimStart())?.[0]
    if (name !== undefined) sheet.atRules.push(name.toLowerCase())
  }
  return rest
}

function take(sheet: StyleSheet, { open, body }: { open: string[]; body: string }): void {
  const prelude = open.at(-1) ?? ''
  if (prelude.startsWith('@')) {
    sheet.atRules.push(prelude.toLowerCase())
  } else if (prelude !== '') {
    const around = open.slice(0, -1).filter((name) => /^@media/i.test(name))
    sheet.rules.push({
      media: around.map((name) => name.slice('@media'.length).trim().toLowerCase()),
      selectors: splitOutside(prelude, ',').map((selector) => selector.trim()),
      declarations: parseDeclarations(body),
    })
  }
}

/** Splits where the separator stands outside of brackets and quotes: an address may hold a semicolon. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []
  let [depth, quote, from] = [0, '', 0]
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? ''
    if (quote !== '') quote = sign === quote ? '' : quote
    else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '(') depth += 1
    else if (sign === ')') depth = Math.max(0, depth - 1)
    else if (sign === separator && depth === 0) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}
