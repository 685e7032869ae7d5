import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeSetting } from '#editions/publication.ts'
import { parseFeed } from '#articles/feeds/parse-feed.ts'
import {
  addEditions,
  type ArchiveHouse,
  type Page,
  correct,
  goLive,
  linksOf,
  metaOf,
  openArchiveHouse,
  sendDigest,
} from './archive-fixture.ts'

let house: ArchiveHouse
let first: number
beforeEach(async () => {
  house = await openArchiveHouse({
    now: new Date('2025-11-22T06:30:00Z'),
    env: { PUBLIC_URL: 'https://news.example.org' },
  })
  first = await sendDigest(house)
})
afterEach(async () => house[Symbol.asyncDispose]())

const BASE = 'https://news.example.org/n/daily'
const DAY = 86_400_000

const PLAIN = {
  state: 'sent',
  rule: null as object | null,
  holdBack: '0',
  kind: 'digest',
  unsent: false,
}

const editionsOn = (document: Page) =>
  linksOf(document)
    .filter((link) => link.startsWith(`${BASE}/`) && /\d$/.test(link))
    .map((link) => Number(link.slice(BASE.length + 1)))

async function feed(name: string) {
  const response = await house.get(`/n/daily/${name}`)
  const contentType = response.headers.get('content-type')
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  return { response, text, parsed: await parseFeed(bytes, { contentType, url: `${BASE}/${name}` }) }
}

describe('the list of editions', () => {
  test('has the newest first, twenty a page, and leads to the older ones and back', async () => {
    const copies = await addEditions(house, { of: first, count: 25 })
    house.wait(30 * DAY)

    const newest = await house.page('/n/daily')
    const older = newest.querySelector('a[rel=next]')?.getAttribute('href') ?? ''
    const second = await house.page(older.replace('https://news.example.org', ''))

    const all = [first, ...copies].toReversed()
    expect(editionsOn(newest)).toEqual(all.slice(0, 20))
    expect(editionsOn(second)).toEqual(all.slice(20))
    expect(second.querySelector('a[rel=next]')).toBeNull()
    expect(linksOf(second)).toContain(BASE)
    expect(second.querySelector('link[rel=canonical]')?.getAttribute('href')).toBe(older)
  })

  test('shows each with its day, its subject and its preview text, and when it was changed', async () => {
    await addEditions(house, { of: first, count: 1 })
    house.wait(2 * DAY)
    await correct(house, { editionId: first, subject: 'Set <right>', reason: 'They drew.' })

    const document = await house.page('/n/daily')

    const texts = Array.from(document.querySelectorAll('.editions li'), ({ textContent }) =>
      textContent.replace(/\s+/g, ' ').trim(),
    )
    expect(texts[0]).toBe('Sunday, 23 November 2025 Edition 1 What edition 1 holds')
    expect(texts[1]).toMatch(
      /^Saturday, 22 November 2025 · Changed on 24 November 2025, 06:30 GMT Set <right> /,
    )
  })

  test('is in the publication’s language, whatever the browser asks for', async () => {
    await changeSetting(house.context, 'language', 'de')

    const response = await house.get('/n/daily', { 'Accept-Language': 'fr' })
    const markup = await response.text()

    expect(markup).toContain('<html lang="de" dir="ltr">')
    expect(markup).toContain('Alle Ausgaben von Morning digest')
    expect(markup).toContain('Samstag, 22. November 2025')
  })

  test('leaves out what is not for everybody, or has not left yet', async () => {
    const kinds: Partial<typeof PLAIN>[] = [
      { state: 'draft' },
      { state: 'sending', rule: { segment: 'sport-fans', filter: {} } },
      { rule: { edition: first } },
      { state: 'sending', holdBack: '30 days' },
      { state: 'sending', unsent: true },
      { rule: { newsletter: true }, kind: 'note' },
      { rule: { carried: [1] }, kind: 'correction' },
    ]
    const copies = await addEditions(house, { of: first, count: kinds.length })
    for (const [index, id] of copies.entries()) {
      const { state, rule, holdBack, kind, unsent } = { ...PLAIN, ...kinds[index] }
      await sql`
        update edition
           set state = ${state}::edition_state, kind = ${kind}, hold_back = ${holdBack}::interval
             , audience_rule = ${rule === null ? null : JSON.stringify(rule)}::jsonb
         where id = ${id}`.execute(house.db)
      if (unsent) await sql`delete from tally where edition_id = ${id}`.execute(house.db)
    }
    house.wait(kinds.length * DAY)

    const shown = copies.slice(-2)
    expect(editionsOn(await house.page('/n/daily'))).toEqual([...shown.toReversed(), first])
    house.wait(30 * DAY)
    expect(editionsOn(await house.page('/n/daily'))).toHaveLength(4)
  })

  test('may be found by search engines only where the newsletter lets it, and readers are mailed', async () => {
    expect((await house.get('/n/daily')).headers.get('x-robots-tag')).toBe('noindex')
    await goLive(house)

    expect((await house.get('/n/daily')).headers.get('x-robots-tag')).toBe('all')
    expect(metaOf(await house.page('/n/daily'), 'robots')).toBeUndefined()
    await sql`update newsletter set noindex = true`.execute(house.db)
    expect((await house.get('/n/daily')).headers.get('x-robots-tag')).toBe('noindex')
    expect(metaOf(await house.page('/n/daily'), 'robots')).toBe('noindex')
  })

  test('of a newsletter that has sent nothing says so', async () => {
    expect(await (await house.get('/n/breaking')).text()).toContain('Nothing has come out yet.')
  })

  test('refuses a place that is no number, and knows no newsletter of another name', async () => {
    expect((await house.get('/n/daily?before=last')).status).toBe(422)
    expect((await house.get('/n/nothing')).status).toBe(404)
    expect((await house.get('/n/nothing/feed.xml')).status).toBe(404)
  })
})

describe.each([
  ['feed.xml', 'rss', 'application/rss+xml; charset=utf-8'],
  ['atom.xml', 'atom', 'application/atom+xml; charset=utf-8'],
  ['feed.json', 'json', 'application/feed+json; charset=utf-8'],
])('the feed %s', (name, format, type) => {
  test('is read by our own reader of feeds, whatever an editor wrote', async () => {
    await sql`
      update edition set subject = ${'Rovers & <b>Ansel</b> ]]> "tie" \u{1f6a2}'}, preheader = ${'a\u0008b\uffff 1 < 2'}
       where id = ${first}`.execute(house.db)

    const { response, parsed } = await feed(name)

    expect(response.headers.get('content-type')).toBe(type)
    expect(parsed).toMatchObject({
      format,
      title: 'Morning digest · Your Newspaper',
      siteUrl: BASE,
      language: 'en',
      dropped: 0,
    })
    expect(parsed.items).toHaveLength(1)
    expect(parsed.items[0]).toMatchObject({
      url: `${BASE}/${first}`,
      guid: `${BASE}/${first}`,
      publishedAt: house.now,
    })
    const { title, summary, html } = parsed.items[0] ?? {}
    expect(title).toContain('Rovers & ')
    expect(title).toContain('"tie" \u{1f6a2}')
    expect(`${summary}${html}`).toMatch(/ab 1 (<|&lt;) 2/)
  })

  test('has the newest twenty, and names a corrected one as new', async () => {
    const copies = await addEditions(house, { of: first, count: 25 })
    house.wait(30 * DAY)
    await correct(house, { editionId: copies[10] ?? 0, subject: 'Set right', reason: 'They drew.' })

    const { response, parsed, text } = await feed(name)

    expect(parsed.items.map(({ url }) => url)).toEqual(
      copies
        .toReversed()
        .slice(0, 20)
        .map((id) => `${BASE}/${id}`),
    )
    // An Atom feed has a time of its own besides those of its entries.
    expect(text.split(house.now.toISOString())).toHaveLength(format === 'atom' ? 3 : 2)
    expect(response.headers.get('last-modified')).toBe(house.now.toUTCString())
  })

  test('is 304 for who has it, by its mark and by its time, and a mark goes before a time', async () => {
    const { response } = await feed(name)
    const [etag, modified] = ['etag', 'last-modified'].map(
      (header) => response.headers.get(header) ?? '',
    )
    const ask = async (headers: Record<string, string>) => {
      const answer = await house.get(`/n/daily/${name}`, headers)
      return [answer.status, (await answer.text()).length > 0]
    }

    expect(await ask({ 'If-None-Match': String(etag) })).toEqual([304, false])
    expect(await ask({ 'If-Modified-Since': String(modified) })).toEqual([304, false])
    const older = new Date(house.now.getTime() - 1000).toUTCString()
    expect(await ask({ 'If-Modified-Since': older })).toEqual([200, true])
    expect(await ask({ 'If-Modified-Since': 'yesterday' })).toEqual([200, true])
    expect(
      await ask({ 'If-None-Match': '"other"', 'If-Modified-Since': String(modified) }),
    ).toEqual([200, true])
  })

  test('of a newsletter that has sent nothing is a feed without items', async () => {
    const response = await house.get(`/n/breaking/${name}`)
    const bytes = new Uint8Array(await response.arrayBuffer())

    const parsed = await parseFeed(bytes, {
      contentType: type,
      url: `https://news.example.org/n/breaking/${name}`,
    })

    expect(parsed.items).toEqual([])
  })
})
