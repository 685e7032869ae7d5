import { createRequire } from 'node:module'
import { z } from 'zod'
import { hasCode } from '#errors.ts'

/** One feature of HTML or CSS, and which mail programs do not know it. */
type Feature = {
  title: string
  /** What a mail that uses it has, in the words of `usesOf`. */
  keys: string[]
  without: string[]
}

/** The mail programs that our mails must be whole in: what more than nine in ten readers of news use. */
const MATRIX: Record<string, string[]> = {
  gmail: ['desktop-webmail', 'ios', 'android', 'mobile-webmail'],
  outlook: ['windows', 'outlook-com', 'ios', 'android', 'macos'],
  'apple-mail': ['macos', 'ios'],
  yahoo: ['desktop-webmail', 'ios', 'android'],
  'samsung-email': ['android'],
  thunderbird: ['macos'],
}

const versions = z.record(z.string(), z.string())
const database = z.object({
  data: z.array(
    z.object({
      title: z.string(),
      category: z.string(),
      stats: z.record(z.string(), z.record(z.string(), versions)),
    }),
  ),
})

// Titles that do not name what they are about as the others do.
const NAMED: Record<string, string[]> = {
  'HTML5 semantics': ['semantic element'],
  'Local anchors': ['local anchor'],
  'mailto: links': ['mailto'],
  'color-scheme meta tag': ['meta name=color-scheme'],
  'Embedded <svg> image': ['element svg'],
  'Image maps': ['element map'],
  address: ['element address'],
  'srcset and sizes attributes': ['attribute srcset', 'attribute sizes'],
  'Base 64 image format': ['picture base 64'],
  'CSS Variables (Custom Properties)': ['function var'],
  '!important keyword': ['value !important'],
  'grid-template-* properties': ['property grid-template'],
  'css column properties': ['property columns', 'property column-width', 'property column-rule'],
  'color-scheme CSS property': ['property color-scheme'],
  'Child combinator': ['selector >'],
  'Adjacent sibling combinator': ['selector +'],
  'General sibling combinator': ['selector ~'],
  'Universal selector *': ['selector *'],
  'Attribute selector': ['selector ['],
  // Every page has these.
  '<body> element': [],
  '<style> element': [],
  'HTML5 doctype': [],
}

let known: Feature[] | null | undefined

/** What caniemail.com has tested; null where its package, an optional one, is not installed. */
export function readFeatures(): Feature[] | null {
  known ??= readDatabase()
  return known
}

function readDatabase(): Feature[] | null {
  try {
    const written: unknown = createRequire(import.meta.url)('caniemail/caniemail.json')
    return database.parse(written).data.map(({ title, category, stats }) => ({
      title,
      keys: NAMED[title] ?? keysOf(title, category),
      without: withoutIt(stats),
    }))
  } catch (error) {
    if (hasCode(error, 'MODULE_NOT_FOUND')) return null
    throw error
  }
}

/** By the newest version that was tested; a program that was not tested says nothing. */
function withoutIt(stats: z.infer<typeof database>['data'][number]['stats']): string[] {
  return Object.entries(MATRIX).flatMap(([family, platforms]) =>
    platforms
      .filter((platform) => {
        const tested = Object.entries(stats[family]?.[platform] ?? {})
        const newest = tested.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
        return newest.at(-1)?.[1].startsWith('n') === true
      })
      .map((platform) => `${family} ${platform}`),
  )
}

function keysOf(title: string, category: string): string[] {
  if (category === 'html') return markupKeysOf(title)
  if (category === 'image') return [`picture ${title.split(' ')[0]?.toLowerCase() ?? ''}`]
  if (category === 'css') return styleKeysOf(title)
  return []
}

function markupKeysOf(title: string): string[] {
  // The rule no-active-content speaks of these, whichever program knows them.
  if (/^<(?:form|button|input|select|textarea|object|base)\b/.test(title)) return []
  const typed = /^<(\w+) (\w+)="(\w+)">/.exec(title)
  if (typed !== null) return [`${typed[1]} ${typed[2]}=${typed[3]}`]
  const attribute = /^([\w-]+) attribute$/.exec(title)?.[1]
  if (attribute !== undefined) return [`attribute ${attribute}`]
  return [...title.matchAll(/<(\w+)>/g)].map((match) => `element ${match[1]}`)
}

function styleKeysOf(title: string): string[] {
  if (title.startsWith('@')) return title.split(', ').map((name) => `at ${name.toLowerCase()}`)
  if (title.startsWith(':')) return [`pseudo ${title}`]
  if (title.includes('()'))
    return [...title.matchAll(/([\w-]+)\(\)/g)].map((match) => `function ${match[1]}`)
  const pair = /^([a-z-]+):\s?([a-z-]+)$/.exec(title)
  if (pair !== null) return [`pair ${pair[1]}:${pair[2]}`]
  const unit = /^(\S+) unit$/.exec(title)?.[1]
  if (unit !== undefined) return [`unit ${unit}`]
  const names = title.replace(/ (?:property|shorthand)$/, '').split(/, | & /)
  const words = names.every((name) => /^(?:system-ui|ui-.*|.*-content)$/.test(name))
  return names.map((name) => `${words ? 'value' : 'property'} ${name.trim()}`)
}
