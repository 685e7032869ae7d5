import { createJimp } from '@jimp/core'
import png from '@jimp/js-png'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { ArticleText } from '#articles/article.ts'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { fitLeadImage, sweepLeadImages } from '#articles/images/fit-lead-image.ts'
import { ingest, storeArticle } from '#articles/ingest.ts'
import { getArticle } from '#articles/store.ts'
import { openHouse } from '../../house.ts'
import { answers, gives, type NewsServer, openNewsServer } from '../../support/news-server.ts'
import { articleText, OTHER_BODY } from '../identity/article-text.ts'

const MINUTE = 60_000
const Jimp = createJimp({ formats: [png], plugins: [] })

async function pictureAt(server: NewsServer, width: number, height: number) {
  const bytes = await new Jimp({ width, height, color: 0x336699ff }).getBuffer('image/png')
  server.on('/lead.png', gives(bytes, { 'content-type': 'image/png' }))
}

async function openPaper() {
  const house = await openHouse({ env: { PUBLIC_URL: 'https://daybreak.example' } })
  const server = await openNewsServer()
  const needs = { ...house.context, fetch: createFetcher(server.fetching) }
  const image = { url: `${server.url}/lead.png`, alt: 'The ferry', width: null, height: null }
  return {
    house,
    server,
    needs,
    image,
    async store(more: Partial<ArticleText> = {}) {
      const article = articleText({ image, ...more })
      return storeArticle(house.context, { article, origin: { kind: 'api', name: 'desk' } })
    },
    fit: async (articleId: number) => fitLeadImage(needs, articleId),
    imageOf: async (articleId: number) => (await getArticle(house.db, articleId)).image,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

test('an article that is handed in is shown without its image until that was looked at and made to fit', async () => {
  await using paper = await openPaper()
  await pictureAt(paper.server, 2400, 1600)
  const html = `<html><head><title>Ferry strikes dredger</title>
    <meta property="og:image" content="${paper.image.url}"></head>
    <body><article><h1>Ferry strikes dredger</h1>${articleText()
      .paragraphs.map((text) => `<p>${text}</p>`)
      .join('')}</article></body></html>`

  const { articleId } = await ingest(paper.house.context, {
    input: { bytes: new TextEncoder().encode(html), contentType: 'text/html' },
    origin: { kind: 'api', name: 'desk' },
  })
  const before = await paper.imageOf(articleId)
  const outcome = await paper.fit(articleId)

  expect(paper.house.jobs).toContainEqual({ name: 'fit-image', data: { articleId } })
  expect(before).toBeNull()
  expect(outcome).toBe('fitted')
  expect(await paper.imageOf(articleId)).toMatchObject({
    url: expect.stringMatching(/^https:\/\/daybreak\.example\/images\/[\da-f]{64}\.jpg$/),
    width: 1200,
    height: 800,
  })
})

test('an article without an image leaves no job', async () => {
  await using paper = await openPaper()

  const { articleId } = await paper.store({ image: null })

  expect(paper.house.jobs.map(({ name }) => name)).toEqual(['cluster-article'])
  expect(await paper.fit(articleId)).toBe('not due')
})

test('it is looked at once', async () => {
  await using paper = await openPaper()
  await pictureAt(paper.server, 800, 450)
  const { articleId } = await paper.store()

  const outcomes = await Promise.all([paper.fit(articleId), paper.fit(articleId)])

  expect(outcomes.toSorted()).toEqual(['fitted', 'not due'])
  expect(paper.server.requests).toHaveLength(1)
})

describe('an image that does not come', () => {
  test('is tried again by the sweep, three times in all, and may come then', async () => {
    await using paper = await openPaper()
    paper.server.on('/lead.png', answers(503))
    const { articleId } = await paper.store()
    const swept = async (minutes: number) => {
      paper.house.wait(minutes * MINUTE)
      paper.house.jobs.length = 0
      await sweepLeadImages(paper.house.context)
      return paper.house.jobs.map(({ name }) => name)
    }

    expect(await paper.fit(articleId)).toBe('later')
    expect(await swept(5)).toEqual([])
    expect(await swept(10)).toEqual(['fit-image'])
    expect(await paper.fit(articleId)).toBe('later')
    expect(await swept(50)).toEqual(['fit-image'])
    await pictureAt(paper.server, 800, 450)
    expect(await paper.fit(articleId)).toBe('fitted')
    expect(await paper.imageOf(articleId)).toEqual({ ...paper.image, width: 800, height: 450 })
    expect(await swept(500)).toEqual([])
  })

  test('is given up after three times', async () => {
    await using paper = await openPaper()
    const { articleId } = await paper.store()

    const outcomes = []
    for (let look = 0; look < 4; look += 1) {
      outcomes.push(await paper.fit(articleId))
      paper.house.wait(60 * MINUTE)
    }

    expect(outcomes).toEqual(['later', 'later', 'none', 'not due'])
    expect(await paper.imageOf(articleId)).toBeNull()
  })

  test('because its address is in our own network is asked for by nobody', async () => {
    await using paper = await openPaper()
    await pictureAt(paper.server, 800, 450)
    const url = `http://127.0.0.1:${paper.server.port}/lead.png`
    const { articleId } = await paper.store({ image: { ...paper.image, url } })

    await fitLeadImage({ ...paper.needs, fetch: createFetcher() }, articleId)

    expect(paper.server.requests).toEqual([])
    expect(await paper.imageOf(articleId)).toBeNull()
  })
})

test('what a killed process had in hand is looked at again', async () => {
  await using paper = await openPaper()
  await pictureAt(paper.server, 800, 450)
  const { articleId } = await paper.store()
  const killed = {
    ...paper.needs,
    fetch: async () => Promise.reject(new Error('the process was killed')),
  }
  await expect(fitLeadImage(killed, articleId)).rejects.toThrow('killed')

  const atOnce = await paper.fit(articleId)
  paper.house.wait(2 * MINUTE)

  expect([atOnce, await paper.fit(articleId)]).toEqual(['not due', 'fitted'])
})

test('a revision with the same image is shown with it at once, under its new words', async () => {
  await using paper = await openPaper()
  await pictureAt(paper.server, 800, 450)
  const { articleId } = await paper.store()
  await paper.fit(articleId)

  const again = await paper.store({
    paragraphs: [...articleText().paragraphs, ...OTHER_BODY],
    image: { ...paper.image, alt: 'The ferry at its berth' },
  })

  expect(again).toMatchObject({ articleId, revision: 2 })
  expect(await paper.imageOf(articleId)).toEqual({
    ...paper.image,
    alt: 'The ferry at its berth',
    width: 800,
    height: 450,
  })
  expect(await paper.fit(articleId)).toBe('not due')
})

test('a revision with another image waits for a look of its own', async () => {
  await using paper = await openPaper()
  await pictureAt(paper.server, 800, 450)
  const { articleId } = await paper.store()
  await paper.fit(articleId)

  await paper.store({
    paragraphs: [...articleText().paragraphs, ...OTHER_BODY],
    image: { ...paper.image, url: `${paper.server.url}/other.png` },
  })

  const { rows } = await sql<{ looks: number }>`
    select image_looks as looks from article_revision order by revision`.execute(paper.house.db)
  expect(await paper.imageOf(articleId)).toBeNull()
  expect(rows).toEqual([{ looks: 1 }, { looks: 0 }])
})
