import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { takeTurn } from '#articles/fetching/host-pace.ts'
import { askRobots } from '#articles/fetching/robots.ts'
import { forgetOld } from '#articles/forget-old.ts'
import { claimImage, saveFittedImage } from '#articles/images/lead-image-store.ts'
import { findImage, saveRendition } from '#articles/images/rendition-store.ts'
import { storeArticle } from '#articles/ingest.ts'
import { getArticle } from '#articles/store.ts'
import { type House, openHouse } from '../house.ts'
import { articleText } from './identity/article-text.ts'

const DAY = 86_400_000
const notAsked = async () => Promise.reject(new Error('not asked'))

test('hosts that nobody asked for a day are forgotten, others keep their turn', async () => {
  await using house = await openHouse()
  const turn = { gapMs: 1000, patienceMs: 5000 }
  await takeTurn(house.db, { ...turn, host: 'old.example', now: house.now })
  house.wait(2 * DAY)
  await takeTurn(house.db, { ...turn, host: 'new.example', now: house.now })

  await forgetOld(house.context)

  const { rows } = await sql`select host from fetch_host`.execute(house.db)
  expect(rows).toEqual([{ host: 'new.example' }])
})

test('a robots.txt goes a day after it has lapsed', async () => {
  await using house = await openHouse()
  const answer = {
    status: 404,
    url: '',
    headers: {},
    bytes: new Uint8Array(),
    contentType: null,
    etag: null,
    lastModified: null,
    retryAfter: null,
    maxAgeSeconds: null,
    permanentUrl: null,
  }
  const context = { ...house.context, fetch: async () => answer }
  await askRobots(context, 'https://old.example/a')
  house.wait(2.5 * DAY)
  await askRobots(context, 'https://new.example/a')

  await forgetOld(house.context)

  const { rows } = await sql`select origin from robots_file`.execute(house.db)
  expect(rows).toEqual([{ origin: 'https://new.example' }])
  await expect(
    askRobots({ ...house.context, fetch: notAsked }, 'https://new.example/b'),
  ).resolves.toEqual({
    allowed: true,
    delayMs: 0,
  })
})

/** An article with an image of ours, told by an edition or not. */
async function addWithImage(house: House, { name, told }: { name: string; told: boolean }) {
  const hash = Buffer.alloc(32, name)
  const sourceUrl = `https://courier.example/${name}.png`
  const image = { url: sourceUrl, alt: name, width: null, height: null }
  const { articleId } = await storeArticle(house.context, {
    article: articleText({
      headline: `What ${name} says`,
      canonicalUrl: `https://courier.example/${name}`,
      paragraphs: [Array.from({ length: 80 }, (_, word) => `${name}${word}`).join(' ')],
      image,
    }),
    origin: { kind: 'api', name: 'desk' },
  })
  const { now } = house
  await saveRendition(house.db, {
    hash,
    sourceUrl,
    mediaType: 'image/jpeg',
    width: 1200,
    height: 800,
    bytes: new Uint8Array([1]),
    now,
  })
  await claimImage(house.db, { articleId, now, until: now })
  const url = `https://daybreak.example/images/${hash.toString('hex')}.jpg`
  await saveFittedImage(house.db, {
    articleId,
    revision: 1,
    image: { ...image, url },
    lookAt: null,
  })
  if (told) await tell(house, articleId)
  return { articleId, hash }
}

async function tell({ db, now }: House, articleId: number) {
  await sql`
    with told as (insert into story (created_at) values (${now}) returning id),
    edition as (
      insert into edition (newsletter_id, kind, run_key, subject, preheader, language, edition_date, compiled
                          , content_hash, not_after, created_at)
      select id, 'digest', '1', 'x', '', 'en', ${now}::date, '{}', 'x', interval '1 hour', ${now}
        from newsletter order by id limit 1
      returning id)
    insert into edition_story (edition_id, position, story_id, article_id, revision, section)
    select edition.id, 1, told.id, ${articleId}, 1, '' from told, edition`.execute(db)
}

test('an image of ours that no edition told goes after two weeks, and one that was told stays', async () => {
  await using house = await openHouse()
  const told = await addWithImage(house, { name: 'a', told: true })
  const untold = await addWithImage(house, { name: 'b', told: false })
  house.wait(15 * DAY)
  const fresh = await addWithImage(house, { name: 'c', told: false })

  await forgetOld(house.context)

  expect(await findImage(house.db, told.hash)).toBeDefined()
  expect(await findImage(house.db, untold.hash)).toBeUndefined()
  expect(await findImage(house.db, fresh.hash)).toBeDefined()
  expect((await getArticle(house.db, told.articleId)).image).not.toBeNull()
  expect((await getArticle(house.db, untold.articleId)).image).toBeNull()
})
