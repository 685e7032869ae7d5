import { readFileSync } from 'node:fs'
import { html, raw } from 'hono/html'
import { type Language, languageOf } from '#mail/words.ts'

type Markup = ReturnType<typeof html>

const folder = new URL('../../../templates/words/pages/', import.meta.url)

/** A catalogue: phrases by name, some in several forms by number ("one", "other"). */
export type Catalogue = { [name: string]: string | Catalogue }

/**
 * The words of one kind of page, a file a language: `templates/words/pages/join.de.json`. The English file is their type:
 * `wordsOf('join', english)` with `import english from '…/join.en.json' with { type: 'json' }`. A phrase that a language lacks
 * is said in English.
 */
export function wordsOf<Words extends Catalogue>(
  area: string,
  english: Words,
): (language: string) => Words {
  const loaded = new Map<Language, Words>([['en', english]])
  return (language) => {
    const known = languageOf(language) ?? 'en'
    const words = loaded.get(known) ?? merge(english, read(area, known))
    loaded.set(known, words)
    return words
  }
}

function read(area: string, language: Language): unknown {
  return JSON.parse(readFileSync(new URL(`${area}.${language}.json`, folder), 'utf8'))
}

function merge<Words extends Catalogue>(english: Words, other: unknown): Words {
  const merged: Catalogue = { ...english }
  for (const [name, value] of Object.entries(other ?? {})) {
    const base = english[name]
    if (typeof value === 'string') merged[name] = value
    else if (typeof base === 'object') merged[name] = { ...merge(base, value) }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same names, each with a phrase
  return merged as Words
}

/** A phrase with its gaps closed: `fill('Leave {name}?', { name })`. Values are text. */
export function fill(phrase: string, values: Record<string, string | number>): string {
  return phrase.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap))
}

/** The same as markup: text is escaped, markup stays. */
export function fillMarkup(
  phrase: string,
  values: Record<string, string | number | Markup>,
): Markup {
  const parts = phrase.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) return html`${part}`
    return html`${values[part] ?? `{${part}}`}`
  })
  return html`${parts}`
}

/** The form of a phrase for a number: `{ one, other }` and what else the language has. */
export function formOf(forms: Catalogue, n: number, language: string): string {
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms['other']
  if (typeof form !== 'string') throw new TypeError('a phrase in forms has an "other"')
  return fill(form, { n: new Intl.NumberFormat(language).format(n) })
}

/** Names as a person lists them in that language, each in bold: “Morning Digest” and “Breaking news”. */
export function listed(names: readonly string[], language: string): Markup {
  const parts = new Intl.ListFormat(language).formatToParts(names)
  return html`${parts.map(({ type, value }) => (type === 'element' ? html`<b>${value}</b>` : raw(value)))}`
}
