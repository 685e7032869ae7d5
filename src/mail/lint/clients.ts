import { readFeatures } from '#mail/lint/client-support.ts'
import { usesOf } from '#mail/lint/mail-features.ts'
import { placeOf, type Rule } from '#mail/lint/subject.ts'

/**
 * What a mail may use although some program of the matrix does not know it: the mail is whole without it, only less
 * handsome. Each line is a decision; anything else that a program does not know is a violation.
 */
const ENHANCEMENTS = new Set([
  // Dark grounds and narrow screens: the light design for 600 px is whole by itself.
  '@media',
  '@media (prefers-color-scheme)',
  '@media (prefers-reduced-motion)',
  '@media (hover), @media (any-hover)',
  'color-scheme meta tag',
  'color-scheme CSS property',
  'Child combinator',
  // For those who point or press keys.
  ':hover',
  ':active',
  ':focus',
  ':focus-visible',
  'outline',
  'outline-offset',
  'cursor',
  'target attribute',
  // Corners and shades.
  'border-radius',
  'box-shadow',
  'text-shadow',
  'opacity',
  // Georgia and Arial follow in every list of fonts.
  'system-ui, ui-serif, ui-sans-serif, ui-rounded, ui-monospace',
  // Long words break or run over; words stand a little closer.
  'word-break',
  'overflow-wrap',
  'word-wrap',
  'word-spacing',
  'letter-spacing',
  // Pictures carry their size as attributes too.
  'height property',
  'max-width',
  'object-fit',
  // Preview text: where these do not hide it, it is a first line.
  'display:none',
  'max-height property',
  'overflow',
  // For screen readers: without them the words are read all the same.
  'aria-label attribute',
  'aria-hidden attribute',
  'aria-labelledby attribute',
  'aria-describedby attribute',
  'role attribute',
])

export const CLIENT_RULES: readonly Rule[] = [
  {
    name: 'client-support',
    says: 'widely used mail programs do not know what the mail uses',
    fix: 'Build it with tables and plain inline styles: caniemail.com tells for each feature what works.',
    where: 'the HTML part',
    check: ({ page }) => {
      const uses = usesOf(page)
      return (readFeatures() ?? []).flatMap(({ title, keys, without }) => {
        const user = keys.map((key) => uses.get(key)).find((element) => element !== undefined)
        if (user === undefined || without.length === 0 || ENHANCEMENTS.has(title)) return []
        return [{ what: `${title}: not in ${without.join(', ')}`, where: placeOf(user) }]
      })
    },
  },
]

/** What could not be checked on this machine, in words. */
export function uncheckedClients(): string[] {
  return readFeatures() === null
    ? ['client-support is not checked: caniemail is not installed (npm install caniemail)']
    : []
}
