import { expect, test } from 'vitest'
import { contentHashOf } from '#editions/content-hash.ts'
import type { Compiled } from '#editions/store.ts'

const SENDER = {
  name: 'The Harbour Courier',
  fromAddress: 'news@example.org',
  replyTo: 'desk@example.org',
  bounceDomain: 'bounce.example.org',
  publicUrl: 'https://news.example.org/',
  newsletter: { slug: 'daily', name: 'Morning digest' },
}
const compiled: Compiled = { form: 'single', html: '<p>News</p>', text: 'News', sender: SENDER }
const content = { subject: 'News', preheader: 'More', compiled }

test('every word that a reader may see changes the hash', () => {
  const changed = [
    { ...content, subject: 'News!' },
    { ...content, preheader: 'More!' },
    { ...content, compiled: { ...compiled, html: '<p>News!</p>' } },
    { ...content, compiled: { ...compiled, text: 'News!' } },
    {
      ...content,
      compiled: { ...compiled, sender: { ...SENDER, fromAddress: 'other@example.org' } },
    },
  ]

  const hashes = new Set([content, ...changed].map(contentHashOf))

  expect(hashes.size).toBe(6)
})

test('the order of keys and what is no content do not matter: a database keeps neither', () => {
  const stored = {
    id: 7,
    compiled: { text: 'News', html: '<p>News</p>', form: 'single' as const, sender: SENDER },
    preheader: 'More',
    subject: 'News',
  }

  expect(contentHashOf(stored)).toBe(contentHashOf(content))
})
