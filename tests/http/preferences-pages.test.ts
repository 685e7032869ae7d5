import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { presentSentences } from '#http/html/preferences/phrases.ts'
import { preferencesPage } from '#http/html/preferences-pages.ts'
import {
  foreignSamples,
  overviewSample,
  preferencesSample,
} from '../browser/preferences-samples.ts'
import { frame } from '../browser/samples.ts'
import { parse } from '../mail/mail-reading.ts'

type Words = { [name: string]: string | Words }

const folder = new URL('../../templates/words/pages/', import.meta.url)
const read = (language: string): Words =>
  JSON.parse(readFileSync(new URL(`preferences.${language}.json`, folder), 'utf8'))

/** Every phrase with its gaps: "errors.until {first} {last}". */
function phrasesOf(words: Words, under = ''): string[] {
  return Object.entries(words).flatMap(([name, phrase]) => {
    if (typeof phrase !== 'string') return phrasesOf(phrase, `${under}${name}.`)
    const gaps = [...phrase.matchAll(/\{\w+\}/g)].map(([gap]) => gap).toSorted()
    return [[under + name, ...gaps].join(' ')]
  })
}

test.each(['de', 'fr', 'es', 'ar'])(
  'the words of choosing in %s are the same phrases with the same gaps',
  (language) => {
    expect(phrasesOf(read(language))).toEqual(phrasesOf(read('en')))
  },
)

describe.each(['en', 'de', 'fr', 'es', 'ar'])('the page in %s', (language) => {
  const sample = {
    ...preferencesSample,
    overview: {
      ...overviewSample,
      snoozedUntil: new Date('2026-11-29T23:00:00Z'),
      next: new Date('2026-11-30T05:30:00Z'),
    },
  }

  test('has no gap left open and no word of another language around the names', async () => {
    const markup = String(await preferencesPage({ ...frame, language }, sample))
    const { title } = read(language)

    expect(markup).not.toMatch(/\{\w+\}/)
    expect(parse(markup).querySelector('h1')?.textContent).toBe(title)
  })
})

test.each([
  [
    'en',
    'You get Morning Digest every day at 06:30 and Breaking news when something big happens. The next one comes tomorrow, Tuesday.',
  ],
  [
    'de',
    'Sie bekommen Morning Digest jeden Tag um 06:30 Uhr und Breaking news, wenn etwas Wichtiges passiert. Die nächste Mail kommt morgen, Dienstag.',
  ],
  [
    'fr',
    'Vous recevez Morning Digest chaque jour à 06:30 et Breaking news quand il se passe quelque chose d’important. Le prochain e-mail arrive demain, mardi.',
  ],
  [
    'es',
    'Recibe Morning Digest todos los días a las 6:30 y Breaking news cuando pasa algo importante. El próximo correo llega mañana, martes.',
  ],
  [
    'ar',
    'يصلك Morning Digest كل يوم عند 6:30 ص وBreaking news عند وقوع حدث كبير. تصل الرسالة التالية غدًا الثلاثاء.',
  ],
])('what comes is one sentence in %s', async (language, sentence) => {
  const { overview, now } = preferencesSample

  const markup = String(await presentSentences({ ...frame, language }, overview, now))

  // Arabic hours have a space that does not break.
  expect(
    (parse(markup).querySelector('.lede')?.textContent ?? '').replaceAll(/\s+/g, ' ').trim(),
  ).toBe(sentence)
})

test('Arabic runs from right to left, and addresses do not', async () => {
  const document = parse(String(await foreignSamples(frame)['ar']))

  expect(document.documentElement.getAttribute('dir')).toBe('rtl')
  expect(document.querySelector('bdi[dir="ltr"]')?.textContent).toBe('m…@example.org')
})

test('every field has a label or a legend of its own', async () => {
  const document = parse(String(await preferencesPage(frame, preferencesSample)))
  const lists = Array.from(document.querySelectorAll('select, input[type="date"]'))
  const radios = document.querySelectorAll('input[type="radio"]').length

  expect(lists.length).toBeGreaterThan(5)
  for (const list of lists) {
    const id = list.getAttribute('id')
    expect(document.querySelector(`label[for="${id}"]`)?.textContent).toBeTruthy()
  }
  expect(radios).toBeGreaterThan(10)
  expect(document.querySelectorAll('fieldset > legend')).toHaveLength(
    document.querySelectorAll('fieldset').length,
  )
  expect(document.querySelectorAll('fieldset label > input[type="radio"]')).toHaveLength(radios)
})
