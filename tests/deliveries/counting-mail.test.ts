import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { composeReaderMail, openForm } from '#deliveries/reader-mail.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { compileDigest } from '#mail/templates.ts'
import { openToken } from '#subscribers/tokens.ts'

import { digestOf } from '../mail/harbour-courier.ts'
import { madeUpEdition, SECRETS } from './edition-fixture.ts'

async function formOf(model: ReturnType<typeof digestOf>, countClicks: boolean) {
  const digest = await compileDigest({ ...model, countClicks })
  const edition = madeUpEdition({ form: 'digest', digest })
  const links = digest.stories.map((_, storyId) => ({ storyId, url: 'https://courier.example/' }))
  const compiled = countClicks ? { ...edition.compiled, links } : edition.compiled
  return openForm({ secrets: SECRETS, signer: null }, { ...edition, compiled })
}

async function mailOf(form: Awaited<ReturnType<typeof formOf>>, blocks: number[], number = 5) {
  const reader = {
    subscriberId: number,
    publicId: 10 ** 12 + number,
    addressVersion: 1,
    email: 'reader@example.org',
    blocks,
  }
  const { bytes } = await composeReaderMail(form, reader).message(UNSIGNED)
  return PostalMime.parse(Buffer.from(bytes))
}

const linksIn = (html = '') =>
  Array.from(html.matchAll(/\/k\/(\d+)\/([\w-]{47})"/g), ([, place, token]) => ({ place, token }))

test('the links of a reader’s stories carry the place of the story in the edition and one token of the reader’s', async () => {
  const form = await formOf(digestOf(9), true)

  const links = linksIn((await mailOf(form, [0, 3, 8])).html)
  const others = linksIn((await mailOf(form, [0, 3, 8], 6)).html)

  expect(links.map(({ place }) => place)).toEqual(['0', '3', '8'])
  expect(new Set(links.map(({ token }) => token)).size).toBe(1)
  expect(others[0]?.token).not.toBe(links[0]?.token)
  expect(openToken(SECRETS, 'click', links[0]?.token ?? '')).toEqual({
    publicId: 10 ** 12 + 5,
    reference: 17,
    addressVersion: 0,
  })
})

test('a mail of very many stories stays below what mail programs show, counted or not', async () => {
  const all = Array.from({ length: 120 }, (_, place) => place)

  const sizes = await Promise.all(
    [true, false].map(async (countClicks) => {
      const { html = '' } = await mailOf(await formOf(digestOf(120), countClicks), all)
      expect(linksIn(html).length > 0).toBe(countClicks)
      return Buffer.byteLength(html)
    }),
  )

  for (const size of sizes) expect(size).toBeLessThanOrEqual(90_000)
})
