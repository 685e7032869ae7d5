import { createHmac } from 'node:crypto'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import {
  composeReaderMail,
  messageIdOf,
  openForm,
  type Reader,
  readerPage,
} from '#deliveries/reader-mail.ts'
import type { Edition } from '#editions/store.ts'
import { compileAlert, compileDigest } from '#mail/templates.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { alert, digestOf } from '../mail/harbour-courier.ts'
import { randomFrom } from '../mail/mime/made-up-text.ts'
import { madeUpEdition, SECRETS } from './edition-fixture.ts'

const STORIES = 12
const DIGEST = madeUpEdition({ form: 'digest', digest: await compileDigest(digestOf(STORIES)) })
const ALERT = madeUpEdition({ form: 'single', ...(await compileAlert(alert)) }, { kind: 'alert' })

const reader = (number: number, blocks = [0, 1, 2]): Reader => ({
  subscriberId: number,
  publicId: 10 ** 12 + number,
  addressVersion: 1,
  email: `reader${number}@example.org`,
  blocks,
})

const formOf = (edition: Edition, imageBytes?: number) =>
  openForm(
    { secrets: SECRETS, signer: null, ...(imageBytes === undefined ? {} : { imageBytes }) },
    edition,
  )

/** A copy: the buffer goes back at once, as after a send. */
async function bytesOf(form: ReturnType<typeof formOf>, of: Reader): Promise<Buffer> {
  const { bytes, free } = await composeReaderMail(form, of).message(UNSIGNED)
  const copy = Buffer.from(bytes)
  free?.()
  return copy
}

/** So many readers with so many variants, in turn. */
function crowd(count: number, variants: number): Reader[] {
  const random = randomFrom(3)
  const choices = Array.from({ length: variants }, () => {
    const chosen = Array.from({ length: STORIES }, (_, story) => story).filter(() => random() < 0.4)
    return chosen.length === 0 ? [0] : chosen
  })
  return Array.from({ length: count }, (_, number) => reader(number, choices[number % variants]))
}

test('ready bodies, crowded-out bodies and bodies joined from blocks give the same bytes', async () => {
  const forms = [formOf(DIGEST), formOf(DIGEST, 100_000), formOf(DIGEST, 0)]
  const mails: string[][] = []

  for (const form of forms) {
    const composed: string[] = []
    for (const one of crowd(120, 20)) composed.push((await bytesOf(form, one)).toString('latin1'))
    mails.push(composed)
  }

  const [ready, crowded, joined] = mails
  expect(crowded).toEqual(ready)
  expect(joined).toEqual(ready)
  expect(new Set(ready).size).toBe(120)
})

test('a repeat by another process gives the same bytes, whoever was mailed in between', async () => {
  const one = formOf(DIGEST)
  const other = formOf(structuredClone(DIGEST))
  const before = await bytesOf(one, reader(5))
  for (const each of crowd(50, 7)) await bytesOf(other, each)

  const repeats = [await bytesOf(one, reader(5)), await bytesOf(other, reader(5))]

  expect(repeats.every((repeat) => repeat.equals(before))).toBe(true)
})

test.each([
  ['digest', DIGEST],
  ['alert', ALERT],
])('the page of a %s is the HTML of its mail', async (_, edition) => {
  const mail = await PostalMime.parse(await bytesOf(formOf(edition), reader(5)))

  const page = readerPage({ secrets: SECRETS }, edition, reader(5))

  expect(page.replace(/\r\n?/g, '\n').trim()).toBe(mail.html?.trim())
  expect(page).toContain('https://news.courier.example/')
  expect(page).not.toContain('%%slot:')
})

test('one token of leaving stands in the head and in both parts', async () => {
  const raw = await bytesOf(formOf(ALERT), reader(5))

  const mail = await PostalMime.parse(raw)
  const header = mail.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? ''
  const [, token = ''] = /\/u\/([\w-]{47})>/.exec(header) ?? []
  expect(token).toHaveLength(47)
  expect(mail.html).toContain(`/u/${token}"`)
  expect(mail.text).toContain(`/u/${token}\n`)
})

test('the Message-ID derives from edition and reader, and can be told without composing', async () => {
  const mail = await PostalMime.parse(await bytesOf(formOf(DIGEST), reader(5)))

  const id = messageIdOf(SECRETS, DIGEST, reader(5))

  const digits = createHmac('sha256', SECRETS.tokenKey).update('message 17 5').digest('hex')
  expect(id).toBe(`${digits.slice(0, 40)}@news.courier.example`)
  expect(mail.messageId).toBe(`<${id}>`)
})

test('digests are kept apart by a reference that is no mail, and alerts have none', async () => {
  const digest = await PostalMime.parse(await bytesOf(formOf(DIGEST), reader(5)))
  const breaking = await PostalMime.parse(await bytesOf(formOf(ALERT), reader(5)))

  expect(digest.references).toBe(digest.messageId?.replace('@', '.ref@'))
  expect(breaking.references).toBeUndefined()
})

test('an international address stands in the mail and in the envelope as it goes over the wire', async () => {
  const composed = composeReaderMail(formOf(DIGEST), {
    ...reader(5),
    email: 'jõgeva@exämple.org',
  })

  const { bytes } = await composed.message(UNSIGNED)

  expect(composed.envelope.to).toBe('jõgeva@xn--exmple-cua.org')
  expect(bytes.toString()).toContain('\r\nTo: jõgeva@xn--exmple-cua.org\r\n')
})

test('a reader whose address would write a header gets no mail', () => {
  const form = formOf(DIGEST)
  const email = 'reader@example.org\r\nBcc: everybody@example.org'

  expect(() => composeReaderMail(form, { ...reader(5), email })).toThrow('To address')
})

test('a reader with none of the edition’s stories gets no mail', () => {
  const form = formOf(DIGEST)

  expect(() => composeReaderMail(form, reader(5, [99]))).toThrow(
    'does not hold all of the blocks 99',
  )
})

test('the name of a newsletter that looks like a slot stays text', async () => {
  const newsletter = { slug: 'daily', name: '%%slot:unsubscribeUrl%%' }
  const { compiled } = ALERT
  const edition = {
    ...ALERT,
    compiled: { ...compiled, sender: { ...compiled.sender, newsletter } },
  }

  const mail = await PostalMime.parse(await bytesOf(formOf(edition), reader(5)))

  expect(mail.text?.replace(/\s+/g, ' ')).toContain('signed up for %%slot:unsubscribeUrl%% from')
})

test('an edition of another sender whose address cannot be a header is refused when it is opened', () => {
  const { compiled } = ALERT
  const sender = { ...compiled.sender, fromAddress: 'a@example.org, b@example.org' }

  expect(() => formOf({ ...ALERT, compiled: { ...compiled, sender } })).toThrow('From address')
})
