import { expect, test } from 'vitest'
import { composeReaderMail, openForm } from '#deliveries/reader-mail.ts'
import { compileDigest } from '#mail/templates.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import type { TokenRing } from '#secrets.ts'
import { madeUpEdition, SECRETS } from '../../deliveries/edition-fixture.ts'
import { digestOf } from '../../mail/harbour-courier.ts'

const EDITION = madeUpEdition({ form: 'digest', digest: await compileDigest(digestOf(3)) })
const READER = {
  subscriberId: 5,
  publicId: 10 ** 12 + 5,
  addressVersion: 2,
  email: 'reader5@example.org',
  blocks: [0, 1, 2],
}
const KEYS = [
  { id: 1, key: SECRETS.tokenKey },
  { id: 2, key: Buffer.alloc(32, 9) },
] as const

/** Key 2 signs from that time on. */
function ringOf(usedFrom: Date): TokenRing {
  return {
    signing: (at = new Date('2099-01-01')) => KEYS[at < usedFrom ? 0 : 1],
    checking: (id) => KEYS.find((key) => key.id === id)?.key,
  }
}

async function mailOf(tokenRing?: TokenRing): Promise<string> {
  const secrets = tokenRing === undefined ? SECRETS : { ...SECRETS, tokenRing }
  const { message, envelope } = composeReaderMail(
    openForm({ secrets, signer: null }, EDITION),
    READER,
  )
  const { bytes } = await message(UNSIGNED)
  return `${envelope.from}\n${bytes.toString('latin1')}`
}

const idOf = (mail: string) => /^Message-ID: (\S+)/im.exec(mail)?.[1]

test('a mail that is made again after a change of keys is the same to the last byte', async () => {
  const before = await mailOf()

  const again = await mailOf(ringOf(new Date(EDITION.createdAt.getTime() + 1)))

  expect(again).toBe(before)
})

test('a mail of an edition made after a change of keys has other tokens and the same Message-ID', async () => {
  const before = await mailOf()

  const after = await mailOf(ringOf(EDITION.createdAt))

  expect(idOf(after)).toBe(idOf(before))
  expect(idOf(after)).toMatch(/^<[0-9a-f]{40}@/)
  expect(after.split('\n')[0]).not.toBe(before.split('\n')[0])
})

test('what a mail’s links hold is neither the address nor its domain', async () => {
  const mail = await mailOf()

  const tokens = mail.match(/[\w-]{47}(?![\w-])/g) ?? []
  const opened = tokens.map((token) => Buffer.from(token, 'base64url').toString('latin1'))
  expect(opened.length).toBeGreaterThan(3)
  expect([...tokens, ...opened].filter((text) => /reader5|example/i.test(text))).toEqual([])
})
