import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LANGUAGES, spokenOf, wordsFor } from '#mail/words.ts'

const folder = new URL('../../templates/words/', import.meta.url)

type Words = { [name: string]: string | Words }

/** The mails' words, and those of each kind of page. */
const areas = [
  '',
  ...new Set(
    readdirSync(new URL('pages/', folder))
      .filter((file) => file.endsWith('.json'))
      .map((file) => `pages/${file.split('.')[0] ?? ''}.`),
  ),
]

const cases = areas.flatMap((area) => LANGUAGES.map((language) => ({ area, language })))

function read(area: string, language: string): Words {
  return JSON.parse(readFileSync(new URL(`${area}${language}.json`, folder), 'utf8'))
}

const CATEGORIES = new Set(['zero', 'one', 'two', 'few', 'many', 'other'])

/** A phrase in forms by number: how many there are is the language's. */
function isForms(words: string | Words): words is Words {
  return (
    typeof words === 'object' &&
    'other' in words &&
    Object.keys(words).every((name) => CATEGORIES.has(name))
  )
}

/** Every phrase by the path of its name; of forms, all under one name. */
function phrasesOf(words: Words, path = ''): Map<string, string[]> {
  const phrases = new Map<string, string[]>()
  for (const [name, value] of Object.entries(words)) {
    const at = `${path}${name}`
    if (typeof value === 'string') phrases.set(at, [value])
    else if (isForms(value)) phrases.set(at, Object.values(value).map(String))
    else for (const [deeper, found] of phrasesOf(value, `${at}.`)) phrases.set(deeper, found)
  }
  return phrases
}

function gapsOf(phrases: readonly string[] = []): string[] {
  const gaps = phrases.flatMap((phrase) =>
    Array.from(phrase.matchAll(/\{(\w+)\}/g), ([gap]) => gap),
  )
  return [...new Set(gaps)].toSorted()
}

test.each(cases)(
  '$area$language.json has every phrase that the English file has, and no other',
  (one) => {
    const english = phrasesOf(read(one.area, 'en'))

    const own = phrasesOf(read(one.area, one.language))

    expect([...own.keys()].toSorted()).toEqual([...english.keys()].toSorted())
    expect(
      [...own].filter(([, phrases]) => phrases.some((phrase) => phrase.trim() === '')),
    ).toEqual([])
  },
)

test.each(cases)('$area$language.json has the gaps that the English file has', (one) => {
  const english = phrasesOf(read(one.area, 'en'))

  const own = phrasesOf(read(one.area, one.language))

  for (const [name, phrases] of own)
    expect(`${name} ${gapsOf(phrases).join(' ')}`).toBe(
      `${name} ${gapsOf(english.get(name)).join(' ')}`,
    )
})

test.each(cases)('$area$language.json has all forms that its language counts in', (one) => {
  const { pluralCategories } = new Intl.PluralRules(one.language).resolvedOptions()
  // Of a million and more only: nothing here is as many.
  const seldom = one.language === 'fr' || one.language === 'es' ? ['many'] : []
  const needed = pluralCategories.filter((category) => !seldom.includes(category))

  const missing = formsIn(read(one.area, one.language)).flatMap(({ name, forms }) =>
    needed
      .filter((category) => !(category in forms) && category !== 'zero')
      .map((category) => `${name}: ${category}`),
  )

  expect(missing).toEqual([])
})

function formsIn(words: Words, path = ''): { name: string; forms: Words }[] {
  return Object.entries(words).flatMap(([name, value]) => {
    if (typeof value === 'string') return []
    if (isForms(value)) return [{ name: `${path}${name}`, forms: value }]
    return formsIn(value, `${path}${name}.`)
  })
}

/** More than a word that two languages may share. */
function isSentence(phrase = ''): boolean {
  return phrase.replace(/\{\w+\}/g, '').match(/\p{L}{2,}/gu)?.[1] !== undefined
}

test.each(areas)('no language of “%s” is left in English', (area) => {
  const english = phrasesOf(read(area, 'en'))
  const others = LANGUAGES.filter((language) => language !== 'en')

  for (const language of others) {
    const same = [...phrasesOf(read(area, language))].filter(
      ([name, phrases]) => phrases[0] === english.get(name)?.[0] && isSentence(phrases[0]),
    )
    expect(same.map(([name]) => `${language} ${name}`)).toEqual([])
  }
})

test('a language that we do not speak gets the next wish, and at the end English', () => {
  expect(spokenOf(['it-IT', 'de-AT', 'fr'])).toBe('de-AT')
  expect(spokenOf(['it', 'pt'])).toBe('en')
  expect(wordsFor('it').privacy).toBe('Privacy')
  expect(wordsFor('de-CH').privacy).toBe('Datenschutz')
})
