import { contrastOf, hexOf, laidOn } from '#mail/lint/colour.ts'
import type { Palette } from '#mail/lint/cascade.ts'
import { isMadeForDark, type Look, looksOf, pixelsOf } from '#mail/lint/look.ts'
import {
  type Breach,
  type Element,
  isElement,
  ownText,
  placeOf,
  type Rule,
  squeezed,
} from '#mail/lint/subject.ts'

const SMALLEST = 14
const BODY = 16
const TARGET = 44

/** What the HTML part looks like: computed from its styles, as no receiver of this mail can be asked. */
export const APPEARANCE_RULES: readonly Rule[] = [
  {
    name: 'contrast',
    says: 'text stands out too little from its ground',
    fix: 'Take a darker or lighter colour: 4.5 to 1, and 3 to 1 from 24 px or bold 18.7 px (WCAG 1.4.3).',
    where: 'the HTML part',
    check: ({ page }) => [
      ...tooPale(page, 'light'),
      ...(isMadeForDark(page) ? tooPale(page, 'dark') : []),
    ],
  },
  {
    name: 'type-size',
    says: 'type is too small to read',
    fix: `Set small print in ${SMALLEST} px or more, and what is to be read in ${BODY} px or more.`,
    where: 'the HTML part',
    check: ({ page }) => {
      const looks = looksOf(page, 'light').filter(isRead)
      return [...looks.filter(({ size }) => size < SMALLEST).map(smallType), ...bodyType(looks)]
    },
  },
  {
    name: 'link-distinct',
    says: 'a link in running text cannot be told from it',
    fix: 'Underline it: colour alone is not seen by everybody (WCAG 1.4.1).',
    where: 'the HTML part',
    check: ({ page }) =>
      looksOf(page, 'light')
        .filter((look) => isLink(look) && runsInText(look.element) && !standsOut(look))
        .map(({ element }) => ({ what: '', where: placeOf(element) })),
  },
  {
    name: 'link-target',
    says: 'a link is hard to hit with a finger',
    fix: `Give it padding until it is ${TARGET} px high.`,
    where: 'the HTML part',
    severity: 'note',
    check: ({ page }) =>
      looksOf(page, 'light').flatMap((look) => {
        const height = heightOf(look)
        return height === undefined || height >= TARGET
          ? []
          : [{ what: `${Math.round(height)} px`, where: placeOf(look.element) }]
      }),
  },
]

function tooPale(page: Element, palette: Palette): Breach[] {
  const pale = new Map<string, Breach>()
  for (const look of looksOf(page, palette).filter(isRead)) {
    const { color, ground, size, bold } = look
    if (ground === null) continue
    const large = size >= 24 || (bold && size >= 18.66)
    const seen = laidOn(color, ground)
    const contrast = contrastOf(seen, ground)
    if (contrast >= (large ? 3 : 4.5)) continue
    const pair = `${hexOf(seen)} on ${hexOf(ground)}`
    const what = `${palette} palette, ${contrast.toFixed(1)} to 1, ${pair}`
    if (!pale.has(pair)) pale.set(pair, { what, where: placeOf(look.element) })
  }
  return [...pale.values()]
}

// Dots and dashes between links are not read.
function isRead({ words }: Look): boolean {
  return /[\p{L}\p{N}]/u.test(words)
}

function smallType({ element, size }: Look): Breach {
  return { what: `${Math.round(size * 10) / 10} px`, where: placeOf(element) }
}

/** What most of the text is set in, counting only what is long enough to be read rather than glanced at. */
function bodyType(looks: Look[]): Breach[] {
  const bySize = new Map<number, number>()
  for (const { words, size } of looks) {
    const length = squeezed(words).length
    if (length > 60) bySize.set(size, (bySize.get(size) ?? 0) + length)
  }
  const [most] = [...bySize].toSorted(([, a], [, b]) => b - a)
  if (most === undefined || most[0] >= BODY || most[0] < SMALLEST) return []
  return [`most of the text is set in ${Math.round(most[0] * 10) / 10} px`]
}

function isLink({ element }: Look): boolean {
  return element.localName === 'a' && element.hasAttribute('href')
}

/** Words before or after it on the same line; a link alone in its block, or in a row of links, is seen as one. */
function runsInText({ parentElement }: Element): boolean {
  return parentElement !== null && /[\p{L}\p{N}]{2}/u.test(ownText(parentElement))
}

function standsOut({ element, underlined, declared }: Look): boolean {
  const line = ['border-bottom', 'background-color'].some((name) => {
    const value = declared.get(name) ?? 'none'
    return !/^(?:none|transparent|0)/.test(value)
  })
  // The line may be drawn on what is inside the link.
  const inside = [...element.querySelectorAll('[style*="underline"], u, img')]
  return underlined || line || inside.length > 0
}

/** Only links that are boxes of their own: one in a sentence is as high as its line (WCAG 2.5.8). */
function heightOf(look: Look): number | undefined {
  const { element, declared, line } = look
  const boxed = /^(?:block|inline-block)$/.test(declared.get('display') ?? '')
  if (!isLink(look) || !boxed || squeezed(look.words) === '') return undefined
  if ([...element.childNodes].some(isElement)) return undefined
  const [top = 0, bottom = 0] = ['padding-top', 'padding-bottom'].map(
    (side) => pixelsOf(declared.get(side) ?? '0', look.size) ?? 0,
  )
  return line + top + bottom
}
