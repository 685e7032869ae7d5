import { parseDeclarations, parseSheet, type StyleSheet } from '#mail/lint/css.ts'
import type { Element } from '#mail/lint/subject.ts'

/** What a mail asks of a mail program, in keys such as `property position`, each with the first element that does. */
type Uses = ReadonlyMap<string, Element>

const UNIT = /(?<![\w#-])\d*\.?\d+(px|pt|em|rem|%|vh|vw|vmin|vmax|ch|ex|cm|mm|in|pc)(?![\w-])/g

// Words of the page that a title of caniemail does not spell.
const SEMANTIC = new Set(
  'article aside details figcaption figure footer header main mark nav section summary time'.split(
    ' ',
  ),
)

export function usesOf(page: Element): Uses {
  const uses = new Map<string, Element>()
  const note = (element: Element, keys: string[]) => {
    for (const key of keys) if (!uses.has(key)) uses.set(key, element)
  }
  for (const element of page.querySelectorAll('*')) {
    note(element, markupKeys(element))
    const style = element.getAttribute('style')
    if (style !== null) note(element, declarationKeys(style))
    if (element.localName === 'style') note(element, sheetKeys(parseSheet(element.textContent)))
  }
  return uses
}

function markupKeys(element: Element): string[] {
  const { localName } = element
  const keys = [`element ${localName}`]
  if (SEMANTIC.has(localName)) keys.push('semantic element')
  for (const { name, value } of element.attributes) {
    keys.push(`attribute ${name}`, `${localName} ${name}=${value.toLowerCase()}`)
    if (name === 'href' && /^#./.test(value)) keys.push('local anchor')
    if (name === 'href' && /^mailto:/i.test(value)) keys.push('mailto')
    if (name === 'src') keys.push(...pictureKeys(value))
  }
  return keys
}

function pictureKeys(source: string): string[] {
  if (/^data:/i.test(source)) return ['picture base 64']
  const format = /\.([a-z]{3,4})(?:[?#]|$)/i.exec(source)?.[1]
  return format === undefined ? [] : [`picture ${format.toLowerCase()}`]
}

function declarationKeys(style: string): string[] {
  return parseDeclarations(style).flatMap(({ property, value, important }) => {
    const plain = value.replace(/url\([^()]*\)/g, 'url()')
    return [
      ...namesOf(property).map((name) => `property ${name}`),
      `pair ${property}:${plain.toLowerCase()}`,
      ...[...plain.matchAll(/([a-z-]+)\(/gi)].map((match) => `function ${match[1]}`),
      ...[...plain.matchAll(UNIT)].map((match) => `unit ${match[1]}`),
      ...plain.split(/[\s,]+/).map((word) => `value ${word.toLowerCase()}`),
      ...(important ? ['value !important'] : []),
    ]
  })
}

/** `border-top-color` is also a use of `border-top` and of `border`. */
function namesOf(property: string): string[] {
  const parts = property.split('-')
  return parts.map((_, count) => parts.slice(0, parts.length - count).join('-'))
}

function sheetKeys({ rules, atRules }: StyleSheet): string[] {
  const inRules = rules.flatMap(({ selectors, declarations }) => [
    ...selectors.flatMap(selectorKeys),
    ...declarations.flatMap(({ property, value, important }) =>
      declarationKeys(`${property}:${value}${important ? '!important' : ''}`),
    ),
  ])
  const at = atRules.flatMap((prelude) => {
    const [name = ''] = prelude.split(/[\s(]/)
    const conditions = [...prelude.matchAll(/\(([a-z-]+)/g)].map((match) => match[1])
    return [`at ${name}`, ...conditions.map((condition) => `at ${name} (${condition})`)]
  })
  return [...inRules, ...at]
}

function selectorKeys(selector: string): string[] {
  const bare = selector.slice(0, 200).replace(/\[[^\]]*\]/g, '[]')
  const pseudo = [...bare.matchAll(/::?[a-z-]+/gi)].map(([name]) => `pseudo ${name.toLowerCase()}`)
  const combinators = ['>', '+', '~', '*', '[']
    .filter((sign) => bare.includes(sign))
    .map((sign) => `selector ${sign}`)
  return [...pseudo, ...combinators]
}
