import { describe, expect, test } from 'vitest'

import { webViewPage } from '#http/html/embed.ts'
import { inboxPage, messagePage } from '#http/html/inbox-pages.ts'
import { unsubscribedPage, unsubscribePage } from '#http/html/leave-pages.ts'
import { errorPage, type Markup } from '#http/html/page.ts'
import { preferencesPage } from '#http/html/preferences-pages.ts'

import {
  newsletterSamples,
  overviewSample,
  preferencesSample,
} from '../browser/preferences-samples.ts'
import { frame, pageSamples } from '../browser/samples.ts'
import { parse } from '../mail/mail-reading.ts'

const samples = await pageSamples()

async function read(markup: Markup) {
  return parse(String(await markup))
}

describe.each(samples)('$name', ({ markup }) => {
  const document = parse(markup)

  test('needs no inline style or script, so that the strictest policy holds', () => {
    const attributes = Array.from(document.querySelectorAll('*')).flatMap((element) =>
      Array.from(element.attributes, ({ name }) => name),
    )

    expect(document.querySelectorAll('style, script:not([src])')).toHaveLength(0)
    expect(attributes.filter((name) => name === 'style' || name.startsWith('on'))).toEqual([])
  })

  test('changes something only by a posted form', () => {
    expect(document.querySelectorAll('form:not([method="post"])')).toHaveLength(0)
  })

  test('has a language, a title, one headline and at most one primary button', () => {
    expect(document.documentElement.getAttribute('lang')).toBe('en')
    expect(document.title).toContain(' · The Harbour Courier')
    expect(document.querySelectorAll('h1')).toHaveLength(1)
    expect(document.querySelectorAll('main')).toHaveLength(1)
    expect(document.querySelectorAll('button.primary').length).toBeLessThan(2)
  })

  test('tells nobody where its reader came from, and stays out of search engines', () => {
    expect(content(document.querySelector('meta[name="referrer"]'))).toBe('no-referrer')
    expect(content(document.querySelector('meta[name="robots"]'))).toBe('noindex')
  })

  test('speaks to readers in their words', () => {
    expect(document.body.textContent).not.toMatch(/subscriber|edition|preheader|suppress|cohort/i)
  })
})

function content(element: { getAttribute: (name: string) => string | null } | null) {
  return element?.getAttribute('content')
}

describe('text from outside', () => {
  const hostile = '"><script>alert(1)</script>&amp;{{ 7 }}'

  test('stays text on every page that shows it', async () => {
    const own = { ...frame, publication: { ...frame.publication, name: hostile } }

    const pages = await Promise.all(
      [
        errorPage(own, { message: hostile }),
        preferencesPage(own, {
          ...preferencesSample,
          overview: {
            ...overviewSample,
            email: hostile,
            newsletters: newsletterSamples.map((each) => ({
              ...each,
              name: hostile,
              description: hostile,
            })),
            topics: [{ id: 1, slug: 'trade', name: hostile, cadence: null }],
          },
        }),
        unsubscribedPage(own, {
          newsletter: hostile,
          address: hostile,
          undoAction: '/',
          undoHours: 24,
          remaining: [hostile],
          preferencesUrl: '/',
          leaveAllAction: '/',
          signUpUrl: '/',
        }),
        inboxPage(own, {
          messages: [
            { id: '1', url: '/1', from: hostile, to: hostile, subject: hostile, receivedAt: '' },
          ],
          total: 1,
          olderUrl: null,
        }),
      ].map(read),
    )

    for (const document of pages) {
      expect(document.querySelectorAll('script:not([src^="/assets/"])')).toHaveLength(0)
      expect(document.querySelector('main')?.textContent).toContain(hostile)
    }
  })

  test('of a mail in the inbox is shown without running or being followed', async () => {
    const message = {
      from: hostile,
      to: hostile,
      subject: hostile,
      receivedAt: '',
      htmlUrl: '/inbox/1/html',
      text: hostile,
      headers: [{ name: hostile, value: hostile }],
      raw: hostile,
      links: [
        { label: 'bad', url: 'javascript:alert(1)' },
        { label: 'worse', url: 'https://user:secret@courier.example/' },
        { label: 'good', url: 'https://courier.example/' },
      ],
    }
    const view = { message, tabUrl: (tab: string) => `?tab=${tab}`, inboxUrl: '/inbox' }

    const looks = await read(messagePage(frame, { ...view, tab: 'html' }))
    const text = await read(messagePage(frame, { ...view, tab: 'text' }))

    expect(looks.querySelector('iframe')?.getAttribute('sandbox')).toBe('')
    expect(text.querySelector('pre')?.textContent).toBe(hostile)
    expect(Array.from(text.querySelectorAll('ul a'), (link) => link.textContent)).toEqual(['good'])
  })
})

describe('leaving', () => {
  test('one press leaves, and fewer mails are offered beside it', async () => {
    const document = await read(
      unsubscribePage(frame, {
        action: '/u/t',
        address: 'm…@example.org',
        newsletter: { name: 'Morning Digest', kind: 'digest' },
        others: ['Breaking news'],
        preferencesUrl: '/p/t',
        leaveAllAction: '/u/t/all',
        signUpUrl: '/',
      }),
    )

    const forms = Array.from(document.querySelectorAll('form'), (each) =>
      each.getAttribute('action'),
    )
    expect(forms).toEqual(['/u/t', '/u/t/all'])
    expect(document.querySelector('button.primary')?.textContent).toContain('Unsubscribe')
    expect(document.querySelector('a.secondary')?.getAttribute('href')).toBe('/p/t')
  })
})

test('a mail on the web is the mail itself, out of search engines', () => {
  const page = webViewPage(
    '<!doctype html><html><head><title>x</title></head><body>y</body></html>',
  )

  const document = parse(page)
  expect(content(document.querySelector('meta[name="robots"]'))).toBe('noindex')
  expect(document.body.textContent).toBe('y')
})
