import { readFileSync } from 'node:fs'
import english from '../../templates/words/en.json' with { type: 'json' }

// The words that are always the same, one file a language; a language without a file gets English.
const folder = new URL('../../templates/words/', import.meta.url)

export type Words = typeof english

/** A noun by its number: "one", "other", and what else the language has. */
export type Forms = { other: string; [category: string]: string }

/** What pages and mails speak. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'ar'] as const
export type Language = (typeof LANGUAGES)[number]

const loaded = new Map<Language, Words>([['en', english]])

/** The language of ours for a BCP 47 tag; undefined for one that we do not speak. */
export function languageOf(tag: string): Language | undefined {
  const base = tag.split('-')[0]?.toLowerCase()
  return LANGUAGES.find((each) => each === base)
}

/** Of languages by preference (BCP 47) the first that we speak, with its region; English where there is none. */
export function spokenOf(wishes: readonly string[]): string {
  return wishes.find((wish) => languageOf(wish) !== undefined) ?? 'en'
}

/** The fixed words of a mail in a language given as BCP 47. */
export function wordsFor(language: string): Words {
  const known = languageOf(language) ?? 'en'
  const words = loaded.get(known) ?? readWords(known)
  loaded.set(known, words)
  return words
}

function readWords(language: Language): Words {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test holds every file against the English one
  return JSON.parse(readFileSync(new URL(`${language}.json`, folder), 'utf8')) as Words
}

/** A number with its noun, in the form the language asks for. */
export function counted(forms: Forms, n: number, language: string): string {
  const { rules, number } = numbersOf(language)
  const form = forms[rules.select(n)] ?? forms.other
  return form.replace('{n}', number.format(n))
}

type Numbers = { rules: Intl.PluralRules; number: Intl.NumberFormat }

// Kept: a mail is joined for every reader, and making the two took most of its 0.35 ms.
const numbers = new Map<string, Numbers>()

function numbersOf(language: string): Numbers {
  const known = numbers.get(language)
  if (known !== undefined) return known
  const made = { rules: new Intl.PluralRules(language), number: new Intl.NumberFormat(language) }
  numbers.set(language, made)
  return made
}

/** A phrase with its gap closed; the value is taken as it is. */
export function phrase(words: string, gap: string, value: string): string {
  return words.replace(`{${gap}}`, () => value)
}

const RIGHT_TO_LEFT = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi'])

export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(language.split('-')[0]?.toLowerCase() ?? '') ? 'rtl' : 'ltr'
}
