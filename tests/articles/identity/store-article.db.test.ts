import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ArticleText } from '#articles/article.ts'
import { type Origin, type Storable, storeArticle } from '#articles/ingest.ts'
import { forgetOldBands, listNearDuplicates } from '#articles/identity/near-duplicates.ts'
import { type House, openHouse } from '../../house.ts'
import { articleText, OTHER_BODY } from './article-text.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

const courier: Origin = { kind: 'feed', name: 'The Harbour Courier' }
const gazette: Origin = { kind: 'feed', name: 'The Gazette' }

async function store(change: Partial<ArticleText> = {}, how: Partial<Storable> = {}) {
  return storeArticle(house.context, { article: articleText(change), origin: courier, ...how })
}

const other = { headline: 'Cellist wins the spring prize', paragraphs: OTHER_BODY }

describe('an article that comes again', () => {
  test('is known by every address and guid it ever had', async () => {
    await store({ guid: 'g1', twinUrls: ['https://courier.example/story-7'] })
    await store({ guid: 'g2', canonicalUrl: 'https://courier.example/moved' })

    const found = await Promise.all([
      store({ canonicalUrl: 'https://m.courier.example/story-7' }),
      store({ canonicalUrl: 'https://courier.example/moved?utm_source=x', guid: null }),
      store({ canonicalUrl: null, guid: 'g2', headline: 'Ferry hits ship' }),
    ])

    expect(found.map(({ articleId }) => articleId)).toEqual([1, 1, 1])
  })

  test('with other words is a revision that says what changed; the words before are kept', async () => {
    await store()
    const paragraphs = articleText().paragraphs.map((text) => text.replace('14 of', '41 of'))

    const revision = await store({ paragraphs })

    const { rows } = await sql<object>`
      select revision, change, change_note as note, paragraphs[1] like '%14 of%' as old
        from article_revision order by revision`.execute(house.db)
    expect(revision).toMatchObject({
      articleId: 1,
      revision: 2,
      kind: 'revision',
      change: 'substantial',
    })
    expect(rows).toEqual([
      { revision: 1, change: null, note: null, old: true },
      { revision: 2, change: 'substantial', note: 'A number changed: 14 became 41', old: false },
    ])
  })

  test('is found by the words of its last revision', async () => {
    await store()
    await store({ headline: 'Ferry strikes a dredger', paragraphs: OTHER_BODY })

    const copy = await store({
      headline: 'Ferry strikes a dredger',
      paragraphs: OTHER_BODY,
      canonicalUrl: null,
    })

    expect(copy).toMatchObject({ articleId: 1, revision: 2, kind: 'known' })
  })

  test('in an earlier wording by another way is known, and no revision', async () => {
    await store()
    await store({ headline: 'Ferry strikes a dredger in fog' })

    const again = await store({}, { origin: gazette })

    expect(again).toMatchObject({ articleId: 1, revision: 2, kind: 'known' })
  })

  test('without an address keeps the one that readers are sent to', async () => {
    await store({ guid: 'g1' })

    const revision = await store({
      guid: 'g1',
      canonicalUrl: null,
      headline: 'Ferry strikes a dredger',
    })

    expect(revision).toMatchObject({
      kind: 'revision',
      article: { canonicalUrl: 'https://courier.example/ferry' },
    })
  })

  test('from one source under eight addresses at once is one article', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, async (_, index) =>
        store({
          canonicalUrl: `https://courier.example/copy-${index}`,
          guid: `copy-${index}`,
          paragraphs: [...articleText().paragraphs, `Updated ${'very '.repeat(index % 2)}early.`],
        }),
      ),
    )

    expect(new Set(all.map(({ articleId }) => articleId)).size).toBe(1)
  })
})

describe('another article', () => {
  test('with the address that its site gives to all of them is kept under its own', async () => {
    const canonicalUrl = 'https://courier.example/news'
    await store({ canonicalUrl, twinUrls: ['https://courier.example/news/ferry'] })
    const cellist = { ...other, canonicalUrl, twinUrls: ['https://courier.example/news/cellist'] }

    const second = await store(cellist)
    const again = await store({ ...cellist, headline: 'Cellist wins the prize of spring' })

    expect(second).toMatchObject({
      articleId: 2,
      kind: 'new',
      article: { canonicalUrl: 'https://courier.example/news/cellist' },
    })
    expect(again).toMatchObject({ articleId: 2, kind: 'revision' })
  })

  test('on a page that shows another one each day takes the address over', async () => {
    const canonicalUrl = 'https://courier.example/briefing'
    const today = { ...other, canonicalUrl, publishedAt: new Date('2026-11-22T05:00:00Z') }
    await store({ canonicalUrl })

    const second = await store(today)
    const changed = await store({
      ...today,
      paragraphs: [...OTHER_BODY.slice(0, 1), 'More is to come.'],
    })
    const plain = await store({ canonicalUrl: null })

    expect(second).toMatchObject({ articleId: 2, kind: 'new', article: { canonicalUrl } })
    expect(changed).toMatchObject({ articleId: 2, kind: 'revision', article: { canonicalUrl } })
    expect(plain).toMatchObject({ articleId: 1, kind: 'known' })
  })

  test('of the same words on another site is a near duplicate, and not the same', async () => {
    const first = await store()
    const copy = await store({ canonicalUrl: 'https://gazette.example/ferry' }, { origin: gazette })
    await store({ ...other, canonicalUrl: 'https://courier.example/cellist' })

    expect(copy).toMatchObject({ articleId: 2, kind: 'new' })
    expect(await listNearDuplicates(house.db, first.articleId)).toEqual([
      { articleId: 2, similarity: 1 },
    ])
  })

  test('an edited copy is near, and after a week it is not looked for', async () => {
    await store()
    const paragraphs = [...articleText().paragraphs.slice(0, 3), OTHER_BODY[0] ?? '']
    house.wait(6 * 86_400_000)
    await store({ canonicalUrl: 'https://gazette.example/a', paragraphs }, { origin: gazette })
    house.wait(2 * 86_400_000)
    await store(
      { canonicalUrl: 'https://herald.example/a', paragraphs },
      { origin: { kind: 'feed', name: 'Herald' } },
    )

    const near = await listNearDuplicates(house.db, 1)

    expect(near.map(({ articleId }) => articleId)).toEqual([2])
    expect(near[0]?.similarity).toBeGreaterThan(0.4)
  })
})

test('bands are kept for a month, and the article for ever', async () => {
  const count = async () => {
    const { rows } = await sql<{ bands: number; articles: number }>`
      select (select count(*) from article_band) as bands, (select count(*) from article) as articles`.execute(
      house.db,
    )
    return rows[0]
  }
  await store()
  house.wait(29 * 86_400_000)
  await store({ ...other, canonicalUrl: 'https://courier.example/cellist' })
  await forgetOldBands(house.context)
  const young = await count()
  house.wait(2 * 86_400_000)
  await forgetOldBands(house.context)

  expect(young).toEqual({ bands: 64, articles: 2 })
  expect(await count()).toEqual({ bands: 32, articles: 2 })
})

describe('what is left to do', () => {
  test('is to find its story, and to ask a model where one is set up', async () => {
    const llm = { baseUrl: 'http://127.0.0.1:9/v1', model: 'm', apiKey: null, tokensADay: 1 }
    await store()
    await storeArticle(
      { ...house.context, config: { llm } },
      { article: articleText({ ...other, canonicalUrl: null }), origin: courier },
    )
    await store()

    expect(house.jobs).toEqual([
      { name: 'cluster-article', data: { articleId: 1 } },
      { name: 'cluster-article', data: { articleId: 2 } },
      { name: 'summarise-article', data: { articleId: 2 } },
    ])
  })

  test('history stays history in its feed, and is news when a person hands it in', async () => {
    const seeded = async () => {
      const { rows } = await sql<{ seeded: boolean }>`select seeded from article`.execute(house.db)
      return rows.map((row) => row.seeded)
    }
    await sql`
      insert into source (kind, name, url, created_at) values ('feed', 'Courier', 'https://courier.example/rss', now())`.execute(
      house.db,
    )
    const feed = { origin: { sourceId: 1 } }
    await store({}, { ...feed, seeded: true })
    await store({ headline: 'Ferry strikes a dredger' }, feed)
    const polled = await seeded()
    await store({}, { origin: { kind: 'api', name: 'desk' } })

    expect(polled).toEqual([true])
    expect(await seeded()).toEqual([false])
  })

  test('an embargo holds until it is lifted by name', async () => {
    const until = new Date('2026-11-23T18:00:00Z')
    await store({ embargoUntil: until })
    await store({ headline: 'Ferry strikes a dredger' })
    const held = await embargoOf()
    await store({}, { embargoUntil: null })

    expect(held).toEqual(until)
    expect(await embargoOf()).toBeNull()
  })
})

async function embargoOf(): Promise<Date | null | undefined> {
  const { rows } = await sql<{ at: Date | null }>`select embargo_until as at from article`.execute(
    house.db,
  )
  return rows[0]?.at
}
