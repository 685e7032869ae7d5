import { type Declaration, parseDeclarations, parseSheet, type StyleRule } from '#mail/lint/css.ts'
import type { Element } from '#mail/lint/subject.ts'

export type Palette = 'light' | 'dark'

/** What is declared for an element, shorthands spelled out. */
export type Declared = ReadonlyMap<string, string>

type Weighed = { value: string; weight: number }

// Each is matched against every element; our own sheets have about thirty.
const MOST_RULES = 500

const BOX = ['top', 'right', 'bottom', 'left']

/** The rules of the page's sheets, each with the elements that it is about. */
export function cascadeOf(page: Element, palette: Palette): (element: Element) => Declared {
  const bySheet = new Map<Element, Map<string, Weighed>>()
  for (const { selectors, declarations, media } of sheetRules(page)) {
    if (!applies(media, palette)) continue
    for (const selector of selectors.slice(0, MOST_RULES)) {
      for (const element of matched(page, selector)) {
        const own = bySheet.get(element) ?? new Map<string, Weighed>()
        bySheet.set(element, own)
        lay(own, { declarations, rank: rankOf(selector) })
      }
    }
  }
  return (element) => {
    const own = new Map(bySheet.get(element))
    const style = element.getAttribute('style') ?? ''
    lay(own, { declarations: parseDeclarations(style), rank: 1e8 })
    return new Map([...own].map(([property, { value }]) => [property, value]))
  }
}

/** Also what tells that a page has a dark palette of its own. */
export function sheetRules(page: Element): StyleRule[] {
  return [...page.querySelectorAll('style')]
    .flatMap(({ textContent }) => parseSheet(textContent).rules)
    .slice(0, MOST_RULES)
}

// As on a wide screen; a mail program that knows no media queries sees what stands outside of them.
function applies(media: string[], palette: Palette): boolean {
  return media.every((query) => {
    if (query.includes('print') || /(?:width|height|hover|orientation|ratio)/.test(query))
      return false
    const scheme = /prefers-color-scheme:\s*(\w+)/.exec(query)?.[1]
    return scheme === undefined || scheme === palette
  })
}

function matched(page: Element, selector: string): Element[] {
  if (/^(?::root|html)$/.test(selector)) return [page]
  // What needs a pointer, a focus or a generated box is not what the mail looks like at rest.
  if (selector.includes(':') || selector.length > 200) return []
  try {
    return [...page.querySelectorAll(selector)]
  } catch {
    return []
  }
}

/** Ids, then classes and attributes, then names. */
function rankOf(selector: string): number {
  const count = (pattern: RegExp) => selector.match(pattern)?.length ?? 0
  return count(/#/g) * 10_000 + count(/[.[]/g) * 100 + count(/(?:^|[\s>+~])[a-z]/gi)
}

function lay(
  own: Map<string, Weighed>,
  { declarations, rank }: { declarations: Declaration[]; rank: number },
): void {
  for (const { property, value, important } of declarations) {
    const weight = rank + (important ? 1e9 : 0)
    for (const [name, part] of spelledOut(property, value.trim().toLowerCase())) {
      if (weight >= (own.get(name)?.weight ?? 0)) own.set(name, { value: part, weight })
    }
  }
}

function spelledOut(property: string, value: string): [string, string][] {
  switch (property) {
    case 'font':
      return fontParts(value)
    case 'background':
      return [
        ['background-color', backgroundColour(value)],
        ['background-image', /url\(|gradient\(/.test(value) ? value : 'none'],
      ]
    case 'padding':
      return sides(value).map((part, side) => [`padding-${BOX[side]}`, part])
    case 'text-decoration':
      return [['text-decoration-line', value]]
    case 'border':
      return BOX.map((side) => [`border-${side}`, value])
    default:
      return [[property, value]]
  }
}

function fontParts(value: string): [string, string][] {
  const [, before = '', size = '', , line] =
    /^(.*?)((?:[\d.]+(?:px|pt|em|rem|%)|(?:x{1,2}-)?(?:small|large)|medium|smaller|larger))(\s*\/\s*(\S+))?(?:\s|$)/.exec(
      value,
    ) ?? []
  const weight = /\b(?:bold|bolder|[1-9]00)\b/.exec(before)?.[0] ?? 'normal'
  const parts: [string, string][] = [
    ['font-size', size],
    ['font-weight', weight],
    ['line-height', line ?? 'normal'],
  ]
  return size === '' ? [] : parts
}

function backgroundColour(value: string): string {
  const plain = value.replace(/url\([^()]*\)/g, ' ')
  const written = plain.match(/#[\da-f]+|(?:rgb|hsl)a?\([^()]*\)|[a-z]+/g) ?? []
  const layout = /^(?:none|repeat|no|scroll|fixed|top|left|right|bottom|center|cover|contain|x|y)$/
  return written.find((word) => !layout.test(word)) ?? 'transparent'
}

function sides(value: string): string[] {
  const [top = '0', right = top, bottom = top, left = right] = value.split(/\s+/)
  return [top, right, bottom, left]
}
