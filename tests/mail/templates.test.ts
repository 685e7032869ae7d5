import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { fillSlots } from '#mail/slots.ts'
import {
  compileAlert,
  compileConfirm,
  compileDeskNote,
  compileDigest,
  compileLetter,
  compileNote,
  compileWelcome,
} from '#mail/templates.ts'

import {
  alert,
  confirm,
  courier,
  digestOf,
  letter,
  note,
  slotValues,
  welcome,
} from './harbour-courier.ts'
import { longDigest, parse, wholeDigest } from './mail-reading.ts'

describe('the text part', () => {
  test('keeps to 76 columns, and every address stands on a line of its own', async () => {
    const digest = await compileDigest(longDigest(10))
    const mails = [
      wholeDigest(digest).text,
      fillSlots((await compileAlert(alert)).text, slotValues, { as: 'text' }),
      fillSlots((await compileNote(note)).text, slotValues, { as: 'text' }),
      fillSlots((await compileConfirm(confirm)).text, slotValues, { as: 'text' }),
      fillSlots((await compileWelcome(welcome)).text, slotValues, { as: 'text' }),
      fillSlots((await compileLetter(letter)).text, slotValues, { as: 'text' }),
    ]

    const lines = mails.flatMap((text) => text.split('\n'))
    const withAddress = lines.filter((line) => line.includes('https://'))
    const others = lines.filter((line) => !line.includes('https://'))
    expect(withAddress.filter((line) => !/^https:\/\/\S+$/.test(line))).toEqual([])
    expect(others.filter((line) => Array.from(line).length > 76)).toEqual([])
    expect(withAddress.length).toBeGreaterThan(20)
  })

  test('breaks a word that is longer than a line', async () => {
    const word = 'x'.repeat(200)
    const digest = digestOf(1)

    const compiled = await compileDigest({ ...digest, greeting: { text: word, signedBy: 'M' } })

    const lines = wholeDigest(compiled)
      .text.split('\n')
      .filter((line) => line.startsWith('xx'))
    expect(lines.map(({ length }) => length)).toEqual([76, 76, 48])
  })
})

describe('for everyone', () => {
  test('a mail names its language, its direction and its subject, and has one main headline', async () => {
    const arabic = { ...courier.publication, language: 'ar' }

    const markups = [
      wholeDigest(await compileDigest({ ...digestOf(4), publication: arabic })).html,
      (await compileAlert({ ...alert, publication: arabic })).html,
      (await compileNote({ ...note, publication: arabic })).html,
      (await compileConfirm({ ...confirm, publication: arabic })).html,
      (await compileWelcome({ ...welcome, publication: arabic })).html,
      (await compileLetter({ ...letter, publication: arabic })).html,
    ]

    const mails = markups.map(parse)
    expect(markups.filter((markup) => markup.includes('direction:ltr'))).toEqual([])

    for (const document of mails) {
      expect(document.documentElement.getAttribute('lang')).toBe('ar')
      expect(document.documentElement.getAttribute('dir')).toBe('rtl')
      expect(document.querySelector('[role="article"]')?.getAttribute('dir')).toBe('rtl')
      expect(document.querySelectorAll('h1')).toHaveLength(1)
      expect(document.querySelectorAll('table:not([role="presentation"])')).toHaveLength(0)
      expect(document.querySelectorAll('img:not([alt])')).toHaveLength(0)
    }
    expect(mails[0]?.title).toBe(digestOf(4).subject)
  })

  test('no two links of a mail read the same and lead elsewhere', async () => {
    const document = parse(wholeDigest(await compileDigest(digestOf(10))).html)

    const targets = new Map<string, Set<string | null>>()
    for (const link of document.querySelectorAll('a')) {
      const name = link.textContent.trim()
      targets.set(name, (targets.get(name) ?? new Set()).add(link.getAttribute('href')))
    }

    expect([...targets].filter(([name, urls]) => name === '' || urls.size > 1)).toEqual([])
  })

  test('nothing is fetched but the pictures of the model', async () => {
    const mail = wholeDigest(await compileDigest(digestOf(10)))

    expect(mail.html.match(/(?:src|srcset|background)=|url\(|@import|@font-face/g)).toEqual([
      'src=',
    ])
  })

  test('a letter without a link has no button, and a note without headings has none', async () => {
    const { publication, subject, preheader, title } = letter
    const passages = [{ title: '', lines: ['More sign-ups than we can check.', 'Look: signups.'] }]

    const deskNote = {
      publication,
      subject,
      preheader,
      title,
      dateLine: 'Today',
      passages,
      foot: 'A note',
    }
    const bare = await compileLetter({ ...letter, link: null })
    const desk = await compileDeskNote(deskNote)

    expect(bare.html).not.toContain('slot:')
    expect(bare.html).not.toContain('class="button"')
    expect(bare.text).not.toContain('slot:')
    expect(parse(desk.html).querySelectorAll('h2')).toHaveLength(0)
    expect(desk.text).toContain('More sign-ups than we can check.\n')
  })

  test('pages and mails have the same colours', () => {
    const look: { light: Record<string, string>; dark: Record<string, string> } = JSON.parse(
      readTemplate('look.json'),
    )
    const [light = '', dark = ''] = readTemplate('pages/daybreak.css').split(
      'prefers-color-scheme: dark',
    )

    for (const [name, colour] of Object.entries(look.light))
      expect(light).toContain(property(name, colour))
    for (const [name, colour] of Object.entries(look.dark))
      expect(dark).toContain(property(name, colour))
  })
})

function property(name: string, colour: string): string {
  return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}: ${colour};`
}

function readTemplate(path: string): string {
  return readFileSync(new URL(`../../templates/${path}`, import.meta.url), 'utf8')
}
