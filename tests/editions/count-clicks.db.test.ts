import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { previewOf } from '#deliveries/preview.ts'
import { isAsApproved, readerPage } from '#deliveries/reader-mail.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { contentHashOf } from '#editions/content-hash.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { switchClicks } from '#editions/newsletter.ts'
import { getEdition } from '#editions/store.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { approve } from '../deliveries/send-fixture.ts'
import { type House, openHouse } from '../house.ts'
import { parse } from '../mail/mail-reading.ts'

const ROVERS = [
  'A header in stoppage time gave Ansel Rovers the derby and sent the visitors home without a point.',
  'The stadium saw its largest crowd since spring, and the manager called it the best evening.',
]

async function compose(house: House): Promise<number> {
  const wish = { newsletterSlug: 'daily', operatorId: null, again: false }
  return (await composeDigest(house.context, wish)).editionId
}

async function openStories(): Promise<House> {
  const house = await openHouse()
  await ingestArticle(house.context, { headline: 'Council votes to rebuild the fish market' })
  await ingestArticle(house.context, { headline: 'Rovers win the derby', paragraphs: ROVERS })
  return house
}

const count = async ({ context }: House, on: boolean, slug = 'daily') =>
  switchClicks(context, { slug, on })

async function previewed({ context, db }: House, editionId: number) {
  const { html, text } = await previewOf(context, await getEdition(db, editionId))
  const links = [...parse(html).querySelectorAll('a')].map((a) => ({
    href: a.getAttribute('href') ?? '',
    words: a.textContent ?? '',
    story: /story|button/.test(a.getAttribute('class') ?? ''),
  }))
  return { html, text, links }
}

async function linksOf({ db }: House, editionId: number) {
  const { rows } = await sql<{ storyId: number; url: string }>`
    select story_id as "storyId", url from edition_link where edition_id = ${editionId} order by position`.execute(
    db,
  )
  return rows
}

const PUBLISHED = [
  'https://courier.example/council-votes-to-rebuild-the-fish-market',
  'https://courier.example/rovers-win-the-derby',
]

test('as long as nobody switches it on, a mail links its stories to the publisher and keeps no links', async () => {
  await using house = await openStories()

  const editionId = await compose(house)

  const { html, links } = await previewed(house, editionId)
  const { compiled } = await getEdition(house.db, editionId)
  expect(links.filter(({ story }) => story).map(({ href }) => href)).toEqual(PUBLISHED)
  expect(html).not.toContain('/k/')
  expect(compiled).not.toHaveProperty('links')
  expect(await linksOf(house, editionId)).toEqual([])
})

test('switched on, every story’s link goes through us, and no other link does', async () => {
  await using house = await openStories()
  await count(house, true)

  const { links, html } = await previewed(house, await compose(house))

  const through = links.filter(({ href }) => href.includes('/k/'))
  expect(through.map(({ story }) => story)).toEqual([true, true])
  expect(through.map(({ href }) => /\/k\/(\d+)\/[\w-]{47}$/.exec(href)?.[1])).toEqual(['0', '1'])
  const others = links.filter(({ href }) => !href.includes('/k/'))
  expect(others.map(({ words }) => words)).toEqual(
    expect.arrayContaining([
      'Preferences',
      'Unsubscribe',
      'Get fewer mails',
      'View on the web',
      'Get your own.',
      'How we correct mistakes',
      'Privacy',
    ]),
  )
  expect(html).not.toContain('<img width="1"')
  for (const url of PUBLISHED) expect(html).not.toContain(url)
})

test('the text part names the publisher’s own addresses, and the foot says what is counted', async () => {
  await using house = await openStories()
  await count(house, true)

  const { text } = await previewed(house, await compose(house))

  for (const url of PUBLISHED) expect(text).toContain(`\n${url}\n`)
  expect(text).not.toContain('/k/')
  expect(text.replace(/\s+/g, ' ')).toContain('count how many readers open them, not who.')
})

test('a mail that counts is the mail that does not, but for its links and the sentence about them', async () => {
  await using house = await openStories()
  const plain = await previewed(house, await compose(house))
  await count(house, true)
  const counting = await previewed(house, await compose(house))

  const undone = counting.html
    .replace(
      /https?:[^"]*\/k\/(\d)\/[\w-]{47}/g,
      (_, place: string) => PUBLISHED[Number(place)] ?? '',
    )
    .replace(' Links to stories count how many readers open them, not who.', '')

  expect(undone).toBe(plain.html)
})

test('read on the web, a counting mail links straight to the publisher', async () => {
  await using house = await openStories()
  await count(house, true)
  const edition = await getEdition(house.db, await compose(house))

  const page = readerPage(house.context, edition, { publicId: 1, blocks: [0, 1] })

  expect(page).not.toContain('/k/')
  for (const url of PUBLISHED) expect(page).toContain(`href="${url}"`)
})

test('an alert’s button is its story’s link', async () => {
  await using house = await openHouse()
  await count(house, true, 'breaking')
  const { articleId } = await ingestArticle(house.context, { headline: 'Harbour closed' })

  const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })

  const { links, text } = await previewed(house, editionId)
  expect(links.filter(({ href }) => href.includes('/k/0/'))).toHaveLength(1)
  expect(links.find(({ href }) => href.includes('/k/0/'))?.words).toContain('Follow this story')
  expect(links.map(({ words }) => words)).toContain('This story off for 24 hours')
  expect(text).toContain('\nhttps://courier.example/harbour-closed\n')
  expect(await linksOf(house, editionId)).toMatchObject([
    { url: 'https://courier.example/harbour-closed' },
  ])
})

test('the approved hash covers where the links lead', async () => {
  await using house = await openStories()
  await count(house, true)
  const editionId = await compose(house)
  await approve(house, editionId)
  const edition = await getEdition(house.db, editionId)
  const { compiled } = edition
  const links = compiled.links ?? []

  const turned = {
    ...compiled,
    links: links.map((link) => ({ ...link, url: 'https://evil.example/' })),
  }

  expect(links.map(({ url }) => url)).toEqual(PUBLISHED)
  expect(await linksOf(house, editionId)).toEqual(links)
  expect(isAsApproved(edition)).toBe(true)
  expect(contentHashOf({ ...edition, compiled: turned })).not.toBe(edition.approvedHash)
  expect(isAsApproved({ ...edition, compiled: turned })).toBe(false)
})

test('where a link of an approved edition leads cannot be changed in the database either', async () => {
  await using house = await openStories()
  await count(house, true)
  const editionId = await compose(house)
  const turn = async () =>
    sql`update edition_link set url = 'https://evil.example/' where edition_id = ${editionId}`.execute(
      house.db,
    )
  await turn()

  await approve(house, editionId)

  await expect(turn()).rejects.toThrow('are approved')
})

test('the switch counts for what is drafted from then on: a draft keeps what it was made with until it is renewed', async () => {
  await using house = await openStories()
  await count(house, true)
  const editionId = await compose(house)
  await count(house, false)
  const kept = await linksOf(house, editionId)

  const renewed = await compose(house)

  expect(kept).toHaveLength(2)
  expect(renewed).toBe(editionId)
  expect(await linksOf(house, editionId)).toEqual([])
  expect((await previewed(house, editionId)).html).not.toContain('/k/')
})
