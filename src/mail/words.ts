import { readFileSync } from 'node:fs'
import { z } from 'zod'

// The words that are always the same, one file a language; a language without a file gets English.
const folder = new URL('../../templates/words/', import.meta.url)

const Forms = z.looseObject({ other: z.string() }).catchall(z.string())

const Words = z.object({
  stories: Forms,
  minutes: Forms,
  minutesRead: Forms,
  more: Forms,
  hours: Forms,
  join: z.string(),
  preferences: z.string(),
  fewerMails: z.string(),
  unsubscribe: z.string(),
  webView: z.string(),
  corrections: z.string(),
  endMark: z.object({ morning: z.string(), day: z.string(), evening: z.string() }),
  forwarded: z.string(),
  getYourOwn: z.string(),
  spotted: z.string(),
  correctionsLink: z.string(),
  privacy: z.string(),
  breaking: z.string(),
  update: z.string(),
  known: z.string(),
  whatWeKnow: z.string(),
  notKnownYet: z.string(),
  followStory: z.string(),
  storyOff: z.string(),
  alertsOff: z.string(),
  confirmTitle: z.string(),
  confirmLead: z.string(),
  confirmWhat: z.string(),
  confirmButton: z.string(),
  confirmValid: z.string(),
  confirmNotMe: z.string(),
  confirmNotMeHint: z.string(),
  confirmWhy: z.string(),
  welcomeTitle: z.string(),
  welcomeLead: z.string(),
  welcomeLatest: z.string(),
  welcomeChange: z.string(),
  welcomeButton: z.string(),
  welcomeReply: z.string(),
})

export type Words = z.infer<typeof Words>

/** What pages and mails speak. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'ar'] as const
export type Language = (typeof LANGUAGES)[number]

const loaded = new Map<Language, Words>()

/** The language of ours for a BCP 47 tag; undefined for one that we do not speak. */
export function languageOf(tag: string): Language | undefined {
  const base = tag.split('-')[0]?.toLowerCase()
  return LANGUAGES.find((each) => each === base)
}

/** The fixed words of a mail in a language given as BCP 47. */
export function wordsFor(language: string): Words {
  const known = languageOf(language) ?? 'en'
  const words = loaded.get(known) ?? readWords(known)
  loaded.set(known, words)
  return words
}

function readWords(language: Language): Words {
  return Words.parse(JSON.parse(readFileSync(new URL(`${language}.json`, folder), 'utf8')))
}

/** A number with its noun, in the form the language asks for. */
export function counted(forms: Words['stories'], n: number, language: string): string {
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
