import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { storyOffPage, unsubscribedPage, unsubscribePage } from '#http/html/leave-pages.ts'
import { frame } from '../browser/samples.ts'

type Words = { [name: string]: string | Record<string, string> }

const folder = new URL('../../templates/words/pages/', import.meta.url)
const read = (language: string): Words =>
  JSON.parse(readFileSync(new URL(`leave.${language}.json`, folder), 'utf8'))
const english = read('en')

/** The gaps of a phrase; of one in several forms, the gaps of its "other". */
function gapsOf(phrase: Words[string] | undefined): string[] {
  const text = typeof phrase === 'string' ? phrase : (phrase?.['other'] ?? '')
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, gap = '']) => gap).toSorted()
}

describe.each(['de', 'fr', 'es', 'ar'])('the words of leaving in %s', (language) => {
  const words = read(language)

  test('are the same phrases with the same gaps', () => {
    expect(Object.keys(words)).toEqual(Object.keys(english))
    expect(Object.values(words).map(gapsOf)).toEqual(Object.values(english).map(gapsOf))
  })

  test('have every form of number that the language knows', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions()
    const forms = Object.values(words).filter((phrase) => typeof phrase === 'object')
    const needed = pluralCategories.filter((category) => language === 'ar' || category !== 'many')

    expect(forms).toHaveLength(2)
    for (const form of forms) expect(Object.keys(form).toSorted()).toEqual(needed.toSorted())
  })
})

test.each(['en', 'de', 'fr', 'es', 'ar'])('no gap stays open on a page in %s', async (language) => {
  const own = { ...frame, language }
  const ways = {
    address: 'm…@example.org',
    preferencesUrl: '/p/t',
    leaveAllAction: '/u/t/all',
    signUpUrl: '/',
  }
  const question = { ...ways, action: '/u/t', others: ['Breaking news'] }
  const digest = { name: 'Morning Digest', kind: 'digest' }

  const pages = await Promise.all([
    unsubscribePage(own, { ...question, newsletter: digest }),
    unsubscribePage(own, { ...question, newsletter: null }),
    unsubscribePage(own, { ...question, newsletter: { name: 'Breaking news', kind: 'alerts' } }),
    unsubscribedPage(own, {
      ...ways,
      newsletter: 'Morning Digest',
      undoAction: '/undo/t',
      undoHours: 24,
      remaining: ['Breaking news', 'The Long Weekend'],
    }),
    storyOffPage(own, { action: '/s/t', headline: 'Bridge closed', hours: 24 }),
  ])

  for (const page of pages) expect(String(page)).not.toMatch(/\{\w+\}/)
})
