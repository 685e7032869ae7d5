import { createJimp } from '@jimp/core'
import jpeg from '@jimp/js-jpeg'
import png from '@jimp/js-png'
import { expect, test } from 'vitest'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { fitImage } from '#articles/images/fit-image.ts'
import { readImageHeader } from '#articles/images/image-header.ts'
import { openWebHouse } from '../../http/web-fixture.ts'
import { answers, gives, openNewsServer } from '../../support/news-server.ts'

const Jimp = createJimp({ formats: [jpeg, png], plugins: [] })

async function pictureOf(width: number, height: number): Promise<Buffer> {
  return new Jimp({ width, height, color: 0x336699ff }).getBuffer('image/png')
}

async function openPaper() {
  const house = await openWebHouse({ env: { PUBLIC_URL: 'https://daybreak.example' } })
  const server = await openNewsServer()
  const needs = { ...house.context, fetch: createFetcher(server.fetching) }
  const image = { url: `${server.url}/lead.png`, alt: 'The ferry', width: null, height: null }
  return {
    house,
    server,
    image,
    fit: async (more = {}) => fitImage(needs, { ...image, ...more }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

test('a picture that is small enough stays where it is, and its size is read from it', async () => {
  await using paper = await openPaper()
  paper.server.on('/lead.png', gives(await pictureOf(800, 450), { 'content-type': 'image/png' }))

  expect(await paper.fit()).toEqual({ ...paper.image, width: 800, height: 450 })
})

test("the publisher's smaller rendition goes before one of ours", async () => {
  await using paper = await openPaper()
  const url = `${paper.server.url}/small.png`
  paper.server.on('/lead.png', gives(await pictureOf(2400, 1600), { 'content-type': 'image/png' }))
  paper.server.on('/small.png', gives(await pictureOf(900, 600), { 'content-type': 'image/png' }))

  const fitted = await paper.fit({ renditions: [{ url, width: 900 }] })

  expect(fitted).toEqual({ url, alt: 'The ferry', width: 900, height: 600 })
})

test('one that is too wide is made smaller once, and served by its hash for good', async () => {
  await using paper = await openPaper()
  paper.server.on('/lead.png', gives(await pictureOf(2400, 1600), { 'content-type': 'image/png' }))

  const fitted = await paper.fit()
  const again = await paper.fit()
  const answer = await paper.house.web.request(new URL(fitted?.url ?? 'http://none/').pathname)

  expect(fitted).toMatchObject({ alt: 'The ferry', width: 1200, height: 800 })
  expect(fitted?.url).toMatch(/^https:\/\/daybreak\.example\/images\/[\da-f]{64}\.jpg$/)
  expect(again).toEqual(fitted)
  expect(paper.server.requests).toHaveLength(1)
  expect(answer.headers.get('content-type')).toBe('image/jpeg')
  expect(answer.headers.get('cache-control')).toContain('immutable')
  expect(readImageHeader(new Uint8Array(await answer.arrayBuffer()))).toEqual({
    type: 'image/jpeg',
    width: 1200,
    height: 800,
  })
})

test.each([
  ['is not there', answers(404)],
  ['is a page', gives('<p>not found</p>')],
  [
    'is text that calls itself a picture',
    gives('<svg onload="x()"/>', { 'content-type': 'image/svg+xml' }),
  ],
  ['is larger than 5 MB', gives(new Uint8Array(6_000_000), { 'content-type': 'image/png' })],
])('one that %s did not come', async (_, answer) => {
  await using paper = await openPaper()
  paper.server.on('/lead.png', answer)

  expect(await paper.fit()).toBeUndefined()
})

test.each([
  [
    'says 60,000 times 60,000',
    gives(
      Buffer.from('89504e470d0a1a0a0000000d494844520000ea600000ea60080200000000000000', 'hex'),
      { 'content-type': 'image/png' },
    ),
  ],
  [
    'is broken behind its head',
    gives(Buffer.from('89504e470d0a1a0a0000000d49484452000009600000064008020000', 'hex'), {
      'content-type': 'image/png',
    }),
  ],
])('one that %s is left out', async (_, answer) => {
  await using paper = await openPaper()
  paper.server.on('/lead.png', answer)

  expect(await paper.fit()).toBeNull()
})

test('a picture that nobody made is not there', async () => {
  await using paper = await openPaper()

  for (const name of ['0'.repeat(64), '../../etc/passwd', 'x'])
    expect((await paper.house.web.request(`/images/${name}.jpg`)).status).toBe(404)
})
