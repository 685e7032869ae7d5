import { describe, expect, test } from 'vitest'
import { confirmedPage, confirmPage } from '#http/html/confirm-pages.ts'
import { embedForm, embedLine } from '#http/html/embed.ts'
import type { Markup } from '#http/html/page.ts'
import { askedPage, signUpPage } from '#http/html/sign-up-pages.ts'
import { LANGUAGES } from '#mail/words.ts'
import { frame } from '../browser/samples.ts'
import { formSample, offered, signUpSamples } from '../browser/sign-up-samples.ts'
import { parse } from '../mail/mail-reading.ts'

const hostile = '"><script>alert(1)</script>&amp;{{ 7 }}'
const asked = { from: { name: hostile, address: 'a@b.example' }, subject: hostile, retryUrl: '/' }

function valuesIn(document: ReturnType<typeof parse>): string {
  return Array.from(document.querySelectorAll('input'), (field) =>
    field.getAttribute('value'),
  ).join()
}

async function read(markup: Markup) {
  return parse(String(await markup))
}

test('text from outside stays text on every page of the way in', async () => {
  const newsletters = offered.map((each) => ({ ...each, name: hostile, description: hostile }))
  const topics = [{ slug: 'a', name: hostile, chosen: true }]
  const hint = { address: hostile, domain: hostile }

  const pages = await Promise.all(
    [
      signUpPage(frame, { ...formSample, newsletters, topics, email: hostile, hint }),
      signUpPage(frame, { ...formSample, email: hostile, mistakes: { email: 'emailDomain' } }),
      askedPage(frame, asked),
      confirmPage(frame, { action: '/', newsletters: [hostile], topics: [hostile] }),
      confirmedPage(frame, {
        newsletters: [{ name: hostile, schedule: hostile }],
        zone: hostile,
        latest: true,
        preferencesUrl: '/',
      }),
    ].map(read),
  )

  for (const document of pages) {
    expect(document.querySelectorAll('script:not([src^="/assets/"])')).toHaveLength(0)
    expect(document.body.textContent + valuesIn(document)).toContain(hostile)
  }
})

test.each(LANGUAGES)('in %s every page of the way in leaves no gap open', async (language) => {
  const samples = Object.values(signUpSamples({ ...frame, language }))

  const pages = await Promise.all(samples.map(read))

  for (const page of pages) {
    expect(page.documentElement.getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr')
    expect(page.querySelector('h1')?.textContent).not.toBe('')
    expect(page.body.textContent).not.toMatch(/[{}]/)
  }
})

test('no two languages share the headline of a page', async () => {
  const headlines = await Promise.all(
    LANGUAGES.map(async (language) => {
      const samples = Object.values(signUpSamples({ ...frame, language }))
      const pages = await Promise.all(samples.map(read))
      return new Set(pages.map((page) => page.querySelector('h1')?.textContent))
    }),
  )

  const [first, ...others] = headlines
  expect(new Set(headlines.flatMap((each) => [...each])).size).toBe(
    (first?.size ?? 0) * (others.length + 1),
  )
})

describe('the form', () => {
  test('says beside the field what is wrong, and keeps what was typed', async () => {
    const mistakes = { email: 'emailDomain' } as const
    const document = await read(
      signUpPage(frame, { ...formSample, email: 'mara@nowhere.example', mistakes }),
    )

    const field = document.querySelector('#email')

    expect(field?.getAttribute('value')).toBe('mara@nowhere.example')
    expect(field?.getAttribute('aria-invalid')).toBe('true')
    const error = document.querySelector(`#${field?.getAttribute('aria-describedby')}`)
    expect(error?.textContent).toContain('Nobody gets mail at nowhere.example')
  })

  test('that doubts an address offers the other one with all that was chosen, and is sure the next time', async () => {
    const hint = { address: 'mara@gmail.com', domain: 'gmail.com' }
    const document = await read(signUpPage(frame, { ...formSample, email: 'mara@gmial.com', hint }))

    const valuesOf = (name: string, form: string) =>
      Array.from(document.querySelectorAll(`${form} [name="${name}"]`), (field) =>
        field.getAttribute('value'),
      )

    const names = ['email', 'newsletter', 'topic', 'sure', 'seenAt']
    expect(names.map((name) => valuesOf(name, 'form.hint'))).toEqual([
      ['mara@gmail.com'],
      ['morning'],
      ['harbour'],
      ['1'],
      ['sample'],
    ])
    expect(valuesOf('email', 'form:not(.hint)')).toEqual(['mara@gmial.com'])
    expect(valuesOf('sure', 'form:not(.hint)')).toEqual(['1'])
  })

  test('has a trap for programs that is reached neither by eye nor by keyboard', async () => {
    const document = await read(signUpPage(frame, formSample))

    const trap = document.querySelector('.trap[aria-hidden="true"] input[name="website"]')

    expect(trap?.getAttribute('tabindex')).toBe('-1')
    expect(trap?.getAttribute('autocomplete')).toBe('off')
  })

  test('offers its five languages, each by its own name', async () => {
    const document = await read(signUpPage(frame, formSample))

    const links = Array.from(document.querySelectorAll('.languages a'), (link) =>
      [link.getAttribute('lang'), link.textContent, link.getAttribute('href')].join(' '),
    )

    expect(links).toContain('de Deutsch /?lang=de')
    expect(links).toContain('ar العربية /?lang=ar')
    expect(links).toHaveLength(5)
  })
})

test('the answer names sender and subject, and says nothing about whether the address is known', async () => {
  const document = await read(
    askedPage(frame, {
      from: { name: 'The Courier', address: 'news@courier.example' },
      subject: 'Is this you?',
      retryUrl: '/',
    }),
  )

  const text = document.querySelector('main')?.textContent
  expect(document.querySelector('[role="status"]')?.textContent).toContain('If we may write')
  expect(text).toContain('news@courier.example')
  expect(text).toContain('Is this you?')
  expect(text).toContain('at most one such mail a day')
})

describe('the snippet', () => {
  const embed = {
    publicUrl: 'https://courier.example/news',
    newsletters: [
      { slug: 'a"b', name: '<b>$& EMAIL' },
      { slug: 'c', name: 'Other' },
    ],
    topics: false,
    language: 'de',
  }

  test('as plain HTML posts to the sign-up form and holds its fields, in its language', () => {
    const document = parse(`<body>${embedForm(embed)}</body>`)

    const form = document.querySelector('form[data-daybreak]')
    expect(form?.getAttribute('action')).toBe('https://courier.example/news/sign-up')
    expect(form?.getAttribute('lang')).toBe('de')
    expect(document.querySelector('[name="newsletter"]')?.getAttribute('value')).toBe('a"b')
    expect(document.querySelector('label')?.textContent).toContain('<b>$& EMAIL')
    expect(document.querySelectorAll('[name="email"], [name="website"]')).toHaveLength(2)
    expect(document.querySelector('[name="language"]')?.getAttribute('value')).toBe('de')
    expect(document.querySelector('button')?.textContent).toBe('Anmelden')
  })

  test('of one newsletter does not ask which', () => {
    const [, other] = embed.newsletters
    const form = embedForm({ ...embed, newsletters: other === undefined ? [] : [other] })

    const document = parse(`<body>${form}</body>`)

    expect(document.querySelector('[name="newsletter"]')?.getAttribute('type')).toBe('hidden')
    expect(document.querySelector('fieldset')).toBeNull()
  })

  test('is one line with the script, and topics only where asked for', () => {
    const line = embedLine(embed)

    expect(line).toBe(
      '<script src="https://courier.example/news/embed.js" data-newsletters="a&quot;b,c" data-language="de" async></script>',
    )
    expect(embedLine({ ...embed, topics: true })).toContain(' data-topics ')
  })

  test('is refused for an address that browsers would run', () => {
    expect(() => embedForm({ ...embed, publicUrl: 'javascript:x' })).toThrow('must start')
    expect(() => embedLine({ ...embed, publicUrl: 'javascript:x' })).toThrow('must start')
  })
})
