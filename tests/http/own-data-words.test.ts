import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventInWords, stateInWords, witnessInWords } from '#http/html/consent-words.ts'
import {
  changeExpiredPage,
  erasedPage,
  erasePage,
  expiredOwnDataPage,
  fileSentences,
  freshLinkPage,
  movedPage,
  moveHerePage,
  newAddressPage,
  ownDataPage,
  takenPage,
} from '#http/html/own-data-pages.ts'
import type { LedgerEvent } from '#subscribers/consent/event-store.ts'

type Words = { [name: string]: string | Words }

const languages = ['en', 'de', 'fr', 'es', 'ar']
const folder = new URL('../../templates/words/pages/', import.meta.url)

/** Every phrase by its path, with its gaps: `how.edition: n`. */
function shapeOf(words: Words, path = ''): string[] {
  return Object.entries(words).flatMap(([name, phrase]) => {
    if (typeof phrase !== 'string') return shapeOf(phrase, `${path}${name}.`)
    const gaps = [...phrase.matchAll(/\{(\w+)\}/g)].map(([, gap = '']) => gap)
    return [`${path}${name}: ${gaps.toSorted().join(' ')}`]
  })
}

function read(language: string): Words {
  return JSON.parse(readFileSync(new URL(`own-data.${language}.json`, folder), 'utf8'))
}

const EVENT: LedgerEvent = {
  id: 1,
  at: new Date('2026-11-22T06:30:00Z'),
  kind: 'confirmed',
  newsletter: 'Morning Digest',
  topic: null,
  cadence: 'weekly',
  form: 'import',
  formVersion: 'v2',
  editionId: 7,
  networkHash: null,
  tokenId: null,
  operator: 'ines',
  apiToken: 'site',
  importId: 4,
  statedAt: new Date('2024-05-06T00:00:00Z'),
}

describe.each(languages)('the words on own data in %s', (language) => {
  const frame = {
    publication: { name: 'Courier', url: 'https://c.example/', privacyUrl: 'https://c.example/p' },
    language,
    assets: '/assets',
  }

  test('are the same phrases with the same gaps', () => {
    expect(shapeOf(read(language))).toEqual(shapeOf(read('en')))
  })

  test('leave no gap open on a page, in the file and in the ledger', async () => {
    const shown = { address: 'm…@example.org', action: '/x', back: '/y' }
    const paths = { download: '/d', address: '/a', erase: '/e' }
    const said = await Promise.all([
      ownDataPage(frame, { ...shown, paths }),
      newAddressPage(frame, { ...shown, typed: '', problem: 'same' }),
      erasePage(frame, shown),
      erasedPage(frame),
      expiredOwnDataPage(frame, shown),
      freshLinkPage(frame, shown),
      moveHerePage(frame, shown),
      movedPage(frame, shown),
      takenPage(frame, shown),
      changeExpiredPage(frame),
    ])
    const lines = [
      ...fileSentences(frame, { date: 'today', cut: ['editions'], most: 5000 }),
      eventInWords(EVENT, language),
      witnessInWords(EVENT, language),
    ]

    expect([...said.map(String), ...lines].filter((text) => /\{\w*\}/.test(text))).toEqual([])
    expect(eventInWords(EVENT, language)).toContain('Morning Digest')
    expect(eventInWords({ ...EVENT, newsletter: null, topic: 'Sport' }, language)).toContain(
      'Sport',
    )
  })

  test('name every state and reason of a mail', () => {
    const states = ['planned', 'claimed', 'accepted', 'rejected', 'uncertain']
    const said = states.map((state) => stateInWords({ state, reason: null }, language))
    const reasons = ['left', 'over cap', 'moved', 'warming up']
    const left = reasons.map((reason) => stateInWords({ state: 'excluded', reason }, language))

    expect(new Set(said).size).toBe(states.length)
    expect(said.filter((word) => states.includes(word))).toEqual([])
    expect(left).toEqual(left.map(() => expect.stringMatching(/\(.+\)$/)))
    expect(left.filter((word, index) => word.includes(`(${reasons[index]})`))).toEqual([])
  })
})
