import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../../templates/words/pages/', import.meta.url)
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`archive.${language}.json`, folder), 'utf8'))

/** Every phrase with its gaps: "why {name} {newsletter}". */
function phrasesOf(words: Record<string, string>): string[] {
  return Object.entries(words).map(([name, phrase]) =>
    [name, ...(phrase.match(/\{\w+\}/g) ?? []).toSorted()].join(' '),
  )
}

test.each(['de', 'fr', 'es', 'ar'])(
  'the words of the archive in %s are the same phrases with the same gaps',
  (language) => {
    expect(phrasesOf(read(language))).toEqual(phrasesOf(read('en')))
    expect(
      Object.values(read(language)).filter((phrase) => Object.values(read('en')).includes(phrase)),
    ).toEqual([])
  },
)
