import { cascadeOf, type Declared, type Palette, sheetRules } from '#mail/lint/cascade.ts'
import { BLACK, type Colour, laidOn, parseColour, WHITE } from '#mail/lint/colour.ts'
import { type Element, isElement, ownText } from '#mail/lint/subject.ts'

/** How the text of one element looks; sizes in px. */
export type Look = {
  element: Element
  /** Its own words; empty for an element that only holds others. */
  words: string
  color: Colour
  /** Null where a picture or a gradient lies under the text. */
  ground: Colour | null
  size: number
  line: number
  bold: boolean
  underlined: boolean
  declared: Declared
}

const SIZES: Record<string, number> = {
  h1: 2,
  h2: 1.5,
  h3: 1.17,
  h4: 1,
  h5: 0.83,
  h6: 0.67,
  small: 0.83,
}
const KEYWORDS: Record<string, number> = {
  'xx-small': 9,
  'x-small': 10,
  small: 13,
  medium: 16,
  large: 18,
  'x-large': 24,
  'xx-large': 32,
}
// <font size>: HTML 15.3.4.
const FONT_SIZES = [10, 13, 16, 18, 24, 32, 48]

const BOLD = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'b', 'strong', 'th'])
const HIDDEN = new Set(['head', 'style', 'script', 'title', 'template', 'noscript'])

// What Chromium paints where the page says nothing.
const CANVAS = {
  light: { ground: WHITE, color: BLACK, link: [0, 0, 238, 1] as Colour },
  dark: {
    ground: [18, 18, 18, 1] as Colour,
    color: WHITE,
    link: [158, 158, 255, 1] as Colour,
  },
}

/** Whether the page brings a dark palette of its own; other pages are darkened, if at all, by the mail program. */
export function isMadeForDark(page: Element): boolean {
  const declares = [...page.querySelectorAll('meta')].some(
    (meta) =>
      meta.getAttribute('name')?.toLowerCase() === 'color-scheme' &&
      /dark/i.test(meta.getAttribute('content') ?? ''),
  )
  return (
    declares ||
    sheetRules(page).some(({ media }) => media.some((query) => query.includes('scheme: dark')))
  )
}

const painted = { light: new WeakMap<Element, Look[]>(), dark: new WeakMap<Element, Look[]>() }

/** Every element that shows, as a mail program would paint it, outermost first. */
export function looksOf(page: Element, palette: Palette): Look[] {
  const looks = painted[palette].get(page) ?? paint(page, palette)
  painted[palette].set(page, looks)
  return looks
}

function paint(page: Element, palette: Palette): Look[] {
  const declaredFor = cascadeOf(page, palette)
  const canvas = CANVAS[palette]
  const root: Look = {
    element: page,
    words: '',
    ...canvas,
    size: 16,
    line: 1.2,
    bold: false,
    underlined: false,
    declared: new Map(),
  }
  const looks: Look[] = []
  const waiting: { element: Element; around: Look }[] = [{ element: page, around: root }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { element, around } = next
    const declared = declaredFor(element)
    if (isHidden(element, declared)) continue
    const look = lookOf(element, { around, declared, link: canvas.link })
    looks.push(look)
    for (const child of [...element.childNodes].filter(isElement).toReversed())
      waiting.push({ element: child, around: look })
  }
  return looks
}

// Preview text is hidden from the page on purpose, in one of these ways.
function isHidden(element: Element, declared: Declared): boolean {
  return (
    HIDDEN.has(element.localName) ||
    element.hasAttribute('hidden') ||
    declared.get('display') === 'none' ||
    declared.get('visibility') === 'hidden' ||
    Number.parseFloat(declared.get('opacity') ?? '1') === 0 ||
    /^0(?:px)?$/.test(declared.get('font-size') ?? '') ||
    (/^0(?:px)?$/.test(declared.get('max-height') ?? '') && declared.get('overflow') === 'hidden')
  )
}

function lookOf(
  element: Element,
  { around, declared, link }: { around: Look; declared: Declared; link: Colour },
): Look {
  const size = sizeOf(element, { declared, around: around.size })
  const isLink = element.localName === 'a' && element.hasAttribute('href')
  return {
    element,
    words: ownText(element),
    color: colourOf(element, declared) ?? (isLink ? link : around.color),
    ground: groundOf(element, { declared, around: around.ground }),
    size,
    line: lineOf(declared.get('line-height'), { size, around: around.line }),
    bold: boldOf(element, declared) ?? around.bold,
    underlined: underlinedOf(element, declared, isLink) ?? around.underlined,
    declared,
  }
}

function colourOf(element: Element, declared: Declared): Colour | undefined {
  const attribute = element.localName === 'body' ? 'text' : 'color'
  const written = declared.get('color') ?? element.getAttribute(attribute)
  return written === null ? undefined : parseColour(written)
}

function groundOf(
  element: Element,
  { declared, around }: { declared: Declared; around: Colour | null },
): Colour | null {
  const picture = declared.get('background-image') ?? 'none'
  const colour = parseColour(
    declared.get('background-color') ?? element.getAttribute('bgcolor') ?? 'transparent',
  )
  if (picture !== 'none' || element.hasAttribute('background') || colour === undefined) return null
  if (colour[3] === 1) return colour
  return around === null ? null : laidOn(colour, around)
}

function sizeOf(
  element: Element,
  { declared, around }: { declared: Declared; around: number },
): number {
  const written = declared.get('font-size')
  if (written !== undefined) return pixelsOf(written, around) ?? around
  const attribute = element.localName === 'font' ? element.getAttribute('size') : null
  if (attribute !== null && /^[1-7]$/.test(attribute))
    return FONT_SIZES[Number(attribute) - 1] ?? around
  return around * (SIZES[element.localName] ?? 1)
}

/** A length in px, with what 1em and 100 % are. */
export function pixelsOf(value: string, em: number): number | undefined {
  const [, number = '', unit = ''] = /^([\d.]+)(px|pt|em|rem|%)?$/.exec(value) ?? []
  if (number === '') return KEYWORDS[value]
  const units: Record<string, number> = { pt: 4 / 3, em, rem: 16, '%': em / 100 }
  return Number(number) * (units[unit] ?? 1)
}

/** Without a unit it is a factor, and inherited as one. */
function lineOf(
  value: string | undefined,
  { size, around }: { size: number; around: number },
): number {
  if (value === undefined) return around < 4 ? around * size : around
  if (value === 'normal') return 1.2 * size
  const factor = /^[\d.]+$/.test(value) ? Number(value) * size : undefined
  return factor ?? pixelsOf(value, size) ?? around
}

function boldOf({ localName }: Element, declared: Declared): boolean | undefined {
  const weight = declared.get('font-weight')
  if (weight === undefined) return BOLD.has(localName) ? true : undefined
  return /^(?:bold|bolder|[6-9]00)$/.test(weight)
}

// A line under an element goes under all that stands in it.
function underlinedOf(element: Element, declared: Declared, isLink: boolean): boolean | undefined {
  const line = declared.get('text-decoration-line')
  if (line !== undefined && line.includes('underline')) return true
  const byItself = isLink || element.localName === 'u' || element.localName === 'ins'
  return byItself && line === undefined ? true : undefined
}
