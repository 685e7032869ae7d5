import { expect, test } from 'vitest'
import { stopWords } from '#articles/languages/stop-words.ts'

test.each([
  ['en', 'the'],
  ['de-AT', 'und'],
  ['fr', 'été'],
  ['es-MX', 'según'],
  ['it', 'perché'],
  ['nb', 'ikke'],
  ['sr-Cyrl', 'није'],
  ['ar', 'الذي'],
  ['ja', 'から'],
  ['zh-Hant-TW', '與'],
])('%s has %s among the words that say nothing of a subject', (language, word) => {
  expect(stopWords(language).has(word)).toBe(true)
})

test.each(['xx', '', 'constructor'])('a language that is not known has none: %s', (language) => {
  expect(stopWords(language).size).toBe(0)
})
