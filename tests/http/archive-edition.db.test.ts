import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { previewOf } from '#deliveries/preview.ts'
import { getEdition } from '#editions/store.ts'
import { addReaders } from '../house.ts'
import { approveDigest, openDesk, releaseDigest } from '../deliveries/send-fixture.ts'
import {
  type ArchiveHouse,
  type Page,
  changeNewsletter,
  correct,
  goLive,
  linksOf,
  metaOf,
  openArchiveHouse,
  sendAlert,
  sendDigest,
  stop,
} from './archive-fixture.ts'

let house: ArchiveHouse
beforeEach(async () => {
  house = await openArchiveHouse({ env: { PUBLIC_URL: 'https://news.example.org/mail' } })
})
afterEach(async () => house[Symbol.asyncDispose]())

const BASE = 'https://news.example.org/mail/n/daily'

/** The path that the server sees behind a proxy that serves PUBLIC_URL. */
const local = (url: string) => url.replace('https://news.example.org/mail', '')

describe('the link in a mail', () => {
  test('is the same for every reader and in the header, and leads to the edition', async () => {
    await using desk = await openDesk(house)
    await addReaders(house, 2)
    const editionId = await releaseDigest(house)
    await desk.drain('digest')

    for (const { raw } of desk.relay.mails) {
      const { html = '', text = '', headers } = await PostalMime.parse(raw)
      expect(html).toContain(`href="${BASE}/${editionId}"`)
      expect(text).toContain(`${BASE}/${editionId}\n`)
      const archive = headers.find(({ key }) => key === 'list-archive')
      expect(archive?.value).toBe(`<${BASE}/${editionId}>`)
    }
    expect(desk.relay.mails).toHaveLength(2)
    expect((await house.get(local(`${BASE}/${editionId}`))).status).toBe(200)
  })
})

describe('an edition on the web', () => {
  test('holds its stories and no reader: no token, no way out, the way in instead', async () => {
    const editionId = await sendDigest(house)

    const response = await house.get(`/n/daily/${editionId}`)
    const markup = await response.text()
    const document = await house.page(`/n/daily/${editionId}`)

    expect(markup).toContain('Rovers win at the last minute')
    expect(markup).not.toMatch(/%%slot|[\w-]{47}/)
    expect(linksOf(document).join(' ')).not.toMatch(/\/(u|p|e|s|k)\//)
    expect(document.body.textContent).not.toMatch(/unsubscribe|preferences|fewer/i)
    expect(document.body.textContent).toContain('as anybody can read it on the web')
    expect(linksOf(document)).toContain('https://news.example.org/mail/?newsletter=daily')
    expect(linksOf(document)).toContain(BASE)
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-anc/)
  })

  test('has all stories of the edition, however many a mail could hold', async () => {
    const editionId = await sendDigest(house)
    await sql`
      update edition set compiled = jsonb_set(compiled, '{digest,stories,0,lead,html}'
                , to_jsonb(compiled #>> '{digest,stories,0,lead,html}' || repeat('<!-- long -->', 9000)))
       where id = ${editionId}`.execute(house.db)

    const edition = await getEdition(house.db, editionId)
    const page = await (await house.get(`/n/daily/${editionId}`)).text()

    const story = 'href="https://courier.example/rovers-win'
    expect((await previewOf(house.context, edition)).html.includes(story)).toBe(false)
    expect(page.includes(story)).toBe(true)
  })

  test('is found by search engines and previews of links, unless the newsletter says no', async () => {
    const editionId = await sendDigest(house)
    await goLive(house)
    await sql`
      update article_revision
         set fitted_image = '{"url": "https://images.example.org/a.jpg", "alt": "The quay", "width": 1200, "height": 675}'`.execute(
      house.db,
    )

    const open = await house.page(`/n/daily/${editionId}`)
    const { headers } = await house.get(`/n/daily/${editionId}`)

    const { subject, preheader } = await getEdition(house.db, editionId)
    expect(open.querySelector('link[rel=canonical]')?.getAttribute('href')).toBe(
      `${BASE}/${editionId}`,
    )
    expect(metaOf(open, 'og:title')).toBe(subject)
    expect(metaOf(open, 'og:description')).toBe(preheader)
    expect(metaOf(open, 'description')).toBe(preheader)
    expect(metaOf(open, 'og:url')).toBe(`${BASE}/${editionId}`)
    expect(metaOf(open, 'og:image')).toBe('https://images.example.org/a.jpg')
    expect(metaOf(open, 'og:image:alt')).toBe('The quay')
    expect(feedLinks(open)).toEqual([`${BASE}/feed.xml`, `${BASE}/atom.xml`, `${BASE}/feed.json`])
    expect([metaOf(open, 'robots'), headers.get('x-robots-tag')]).toEqual([undefined, 'all'])

    await changeNewsletter(house, { noindex: true })
    const closed = await house.get(`/n/daily/${editionId}`)
    expect(closed.headers.get('x-robots-tag')).toBe('noindex')
    expect(metaOf(await house.page(`/n/daily/${editionId}`), 'robots')).toBe('noindex')
  })

  test('shows no picture of a story that was taken back', async () => {
    const editionId = await sendDigest(house)
    await sql`
      update article_revision set fitted_image = '{"url": "https://images.example.org/a.jpg", "alt": ""}'`.execute(
      house.db,
    )
    await sql`update article set retracted_at = ${house.now}, retraction = 'wrong'`.execute(
      house.db,
    )

    expect(metaOf(await house.page(`/n/daily/${editionId}`), 'og:image')).toBeUndefined()
  })

  test('of an alert has no switch for a reader’s alerts', async () => {
    const editionId = await sendAlert(house)

    const document = await house.page(`/n/breaking/${editionId}`)

    expect(document.body.textContent).toContain('Harbour closed after two ships collide')
    expect(document.body.textContent).not.toMatch(/24 hours|alerts off/i)
    expect(linksOf(document).join(' ')).not.toMatch(/\/(u|p|e|s|k)\//)
  })

  test('counts no click: its links name the stories themselves', async () => {
    await sql`update newsletter set clicks = true`.execute(house.db)
    const editionId = await sendDigest(house)

    const links = linksOf(await house.page(`/n/daily/${editionId}`))

    expect(links.join(' ')).not.toContain('/k/')
    expect(links.filter((link) => link.startsWith('https://courier.example/'))).not.toEqual([])
  })

  test('of a newsletter without an archive works by its link, unlisted', async () => {
    const editionId = await sendDigest(house)
    await goLive(house)
    await changeNewsletter(house, { archived: false })

    const document = await house.page(`/n/daily/${editionId}`)

    expect(document.body.textContent).toContain('Rovers win at the last minute')
    expect(linksOf(document)).not.toContain(BASE)
    expect(feedLinks(document)).toEqual([])
    expect(metaOf(document, 'robots')).toBe('noindex')
    for (const path of ['', '/feed.xml', '/atom.xml', '/feed.json'])
      expect((await house.get(`/n/daily${path}`)).status).toBe(404)
  })
})

describe('what is shown', () => {
  test('is no draft, nothing approved, and nothing that was stopped before a mail of it left', async () => {
    await addReaders(house, 1)
    const editionId = await approveDigest(house)
    const path = `/n/daily/${editionId}`

    expect((await house.get(path)).status).toBe(404)
    await sql`
      update edition set state = 'draft', approved_hash = null where id = ${editionId}`.execute(
      house.db,
    )
    expect((await house.get(path)).status).toBe(404)
    await sql`
      update edition set state = 'sending', approved_hash = content_hash, release_at = ${house.now}, test = true
       where id = ${editionId}`.execute(house.db)
    expect((await house.get(path)).status).toBe(200)
    await stop(house, editionId)
    expect((await house.get(path)).status).toBe(404)
  })

  test.each(['stopped', 'held', 'expired'])(
    'is one that was %s when readers had it',
    async (state) => {
      const editionId = await sendDigest(house)
      await sql`
      update edition set state = ${state}::edition_state, state_reason = 'said' where id = ${editionId}`.execute(
        house.db,
      )

      expect((await house.get(`/n/daily/${editionId}`)).status).toBe(200)
    },
  )

  test('is not what went into the built-in inbox, once the house mails to readers', async () => {
    const editionId = await sendDigest(house)

    house.context.relay = { test: false }

    expect((await house.get(`/n/daily/${editionId}`)).status).toBe(404)
  })

  test.each(['/n/breaking/ID', '/n/nothing/ID', '/n/daily/999', '/n/daily/0', '/n/daily/x'])(
    'is nothing at %s',
    async (path) => {
      const editionId = await sendDigest(house)

      expect((await house.get(path.replace('ID', String(editionId)))).status).toBe(404)
    },
  )
})

describe('a corrected edition', () => {
  test('is shown as it is right, with what changed and when on top', async () => {
    const editionId = await sendDigest(house)
    house.wait(3 * 3_600_000)
    await correct(house, {
      editionId,
      subject: 'Rovers draw at the last minute',
      reason: 'We said that Rovers <won>.\nThey drew.',
    })

    const document = await house.page(`/n/daily/${editionId}`)
    const response = await house.get(`/n/daily/${editionId}`)

    const note = document.querySelectorAll('[role=main] [role=note] p')
    const lines = Array.from(note, ({ textContent }) => textContent)
    expect(lines).toEqual([
      'Changed on 22 November 2026, 09:30 GMT',
      'We said that Rovers <won>.',
      'They drew.',
    ])
    expect(metaOf(document, 'og:title')).toBe('Rovers draw at the last minute')
    expect(response.headers.get('last-modified')).toBe('Sun, 22 Nov 2026 09:30:00 GMT')
  })

  test('says nothing of a version that was only proposed or refused', async () => {
    const editionId = await sendDigest(house)
    await correct(house, { editionId, subject: 'Other', reason: 'never taken' })
    await sql`update edition_version set state = 'refused'`.execute(house.db)

    expect(await (await house.get(`/n/daily/${editionId}`)).text()).not.toContain('never taken')
  })

  test('is another answer to who has the one of before, and 304 to who has it', async () => {
    const editionId = await sendDigest(house)
    const path = `/n/daily/${editionId}`
    const first = (await house.get(path)).headers.get('etag') ?? ''

    expect((await house.get(path, { 'If-None-Match': `W/${first}, "x"` })).status).toBe(304)
    house.wait(60_000)
    await correct(house, { editionId, subject: 'Other', reason: 'They drew.' })
    expect((await house.get(path, { 'If-None-Match': first })).status).toBe(200)
  })
})

function feedLinks(document: Page): string[] {
  return Array.from(
    document.querySelectorAll('head link[rel=alternate]'),
    (link) => link.getAttribute('href') ?? '',
  )
}
