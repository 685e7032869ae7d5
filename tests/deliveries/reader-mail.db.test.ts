import PostalMime from 'postal-mime'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { composeReaderMail, isAsApproved, openForm, type Reader } from '#deliveries/reader-mail.ts'
import { confirmJoining, requestToJoin } from '#deliveries/service-mail.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import { lintMessage } from '#mail/lint-message.ts'
import type { MailKind } from '#mail/message.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { openLocalPart, openToken } from '#subscribers/tokens.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import {
  approveDigest,
  type Handed,
  openDesk,
  releaseAlert,
  releaseDigest,
} from './send-fixture.ts'

const READER = {
  subscriberId: 4,
  publicId: 2 ** 48 - 1,
  addressVersion: 65_535,
  email: 'reader4@example.org',
  blocks: [0, 1],
}

/** By a form of its own, as in a process that has just started. */
async function compose({ context }: House, edition: Edition, reader: Reader) {
  const form = openForm({ secrets: context.secrets, signer: null }, edition)
  const { envelope, message } = composeReaderMail(form, reader)
  const { bytes: raw } = await message(UNSIGNED)
  return { envelope, raw }
}

const because = (why: string) => `You get this because ${why}`

const withoutLinks = (text = '') => text.replace(/[\w-]{47}/g, 'TOKEN')

async function violations({ raw }: Handed, { kind, why }: { kind: MailKind; why: string }) {
  const postalAddress = 'Your Newspaper, 1 Example Street, Exampletown'
  return lintMessage(raw, { kind, messageIdDomain: 'example.org', postalAddress, why })
}

/** One mail of each kind, by the real path. */
async function sendAll(
  house: House,
): Promise<Record<'digest' | 'alert' | 'confirmation' | 'welcome', Handed>> {
  await using desk = await openDesk(house)
  await requestToJoin(house.context, {
    email: 'reader@example.org',
    newsletters: ['daily', 'breaking'],
    timeZone: 'Europe/London',
    language: 'en',
    topics: [],
    witness: { form: 'front page' },
  })
  await desk.drain('confirmation')
  const { text = '' } = await PostalMime.parse(desk.relay.mails[0]?.raw ?? '')
  await confirmJoining(house.context, /\/c\/([\w-]+)/.exec(text)?.[1] ?? '', { form: 'link' })
  await desk.drain('confirmation')
  await releaseDigest(house)
  await desk.drain('digest')
  await releaseAlert(house)
  await desk.drain('alert')
  const [confirmation, welcome, digest, alert] = desk.relay.mails
  if (!confirmation || !welcome || !digest || !alert) throw new Error('a mail is missing')
  return { confirmation, welcome, digest, alert }
}

test('every mail of the house keeps every rule for mails', async () => {
  await using house = await openHouse()

  const mails = await sendAll(house)

  const alert = {
    kind: 'alert' as const,
    why: because('you signed up for Breaking news from Your Newspaper.'),
  }
  const digest = {
    kind: 'digest' as const,
    why: because('you signed up for Morning digest from Your Newspaper.'),
  }
  const confirmation = {
    kind: 'service' as const,
    why: 'You get this one mail because this address was typed into the sign-up form',
  }
  const welcome = {
    kind: 'service' as const,
    why: because('you signed up to Your Newspaper and confirmed it.'),
  }
  expect(await violations(mails.digest, digest)).toEqual([])
  expect(await violations(mails.alert, alert)).toEqual([])
  expect(await violations(mails.confirmation, confirmation)).toEqual([])
  expect(await violations(mails.welcome, welcome)).toEqual([])
})

test('composing a row twice gives the same bytes', async () => {
  await using house = await openHouse()
  const edition = await getEdition(house.db, await releaseDigest(house))

  const once = await compose(house, edition, READER)
  const again = await compose(house, await getEdition(house.db, edition.id), READER)

  expect(again).toEqual(once)
})

test('a mail stays the same whatever the settings say by then', async () => {
  await using house = await openHouse()
  const id = await releaseDigest(house)
  const once = await compose(house, await getEdition(house.db, id), READER)
  await sql`insert into setting (name, value) values ('name', '"Another Paper"'), ('fromAddress', '"other@example.net"')`.execute(
    house.db,
  )

  const again = await compose(house, await getEdition(house.db, id), READER)

  expect(again).toEqual(once)
})

test('two readers get different message ids and links, and the same stories', async () => {
  await using house = await openHouse()
  const edition = await getEdition(house.db, await releaseDigest(house))
  const other = { ...READER, subscriberId: 5, publicId: 55, email: 'reader5@example.org' }

  const mails = [READER, other].map(async (reader) => {
    const { raw } = await compose(house, edition, reader)
    return PostalMime.parse(raw)
  })

  const [one, two] = await Promise.all(mails)
  expect(one?.messageId).not.toBe(two?.messageId)
  expect(one?.text).not.toBe(two?.text)
  expect(withoutLinks(one?.text)).toBe(withoutLinks(two?.text))
})

test('the links and return address of a mail open to its reader and edition, and a local part fits its 64 characters', async () => {
  await using house = await openHouse()
  const { secrets } = house.context
  const edition = await getEdition(house.db, await releaseDigest(house))

  const { raw, envelope } = await compose(house, edition, READER)

  const mail = await PostalMime.parse(raw)
  const header = mail.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? ''
  const [, link = '', mailbox = ''] =
    /<[^>]*\/u\/([\w-]+)>, <mailto:(u-[a-z2-7]+)@/.exec(header.replace(/\s+/g, ' ')) ?? []
  const about = { publicId: READER.publicId, reference: edition.id }
  expect(openToken(secrets, 'unsubscribe', link)).toMatchObject(about)
  expect(openLocalPart(secrets, 'unsubscribe', mailbox.slice(2))).toMatchObject(about)
  const [bounce = ''] = envelope.from.split('@')
  expect(openLocalPart(secrets, 'bounce', bounce.slice(2))).toEqual({
    ...about,
    addressVersion: 65_535,
  })
  expect(Math.max(bounce.length, mailbox.length)).toBeLessThanOrEqual(64)
  expect(mail.text).toContain(`/u/${link}`)
})

test('a headline that looks like markup, a header or a slot stays text', async () => {
  await using house = await openHouse()
  const headline =
    'Fish &lt;script&gt;alert(1)&lt;/script&gt; & {{ chips }} %%slot:confirmUrl%% rise again'
  await ingestArticle(house.context, { headline, about: 'Fish' })
  const { editionId } = await composeDigest(house.context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: false,
  })

  const edition = await getEdition(house.db, editionId)
  const { raw } = await compose(house, edition, {
    ...READER,
    blocks: [0],
  })

  const mail = await PostalMime.parse(raw)
  expect(mail.html).not.toContain('<script>')
  expect(mail.html).toContain('&lt;script&gt;')
  expect(mail.text).toContain('{{ chips }}')
  expect(mail.subject).toContain('<script>alert(1)</script>')
  expect(mail.headers.filter(({ key }) => key === 'subject')).toHaveLength(1)
})

test('a line break in a headline never becomes a header', async () => {
  await using house = await openHouse()
  await ingestArticle(house.context, {
    headline: 'Fish\r\nBcc: everybody@example.org',
    about: 'Fish',
  })
  const { editionId } = await composeDigest(house.context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: false,
  })

  const { raw } = await compose(house, await getEdition(house.db, editionId), {
    ...READER,
    blocks: [0],
  })

  const mail = await PostalMime.parse(raw)
  expect(mail.headers.map(({ key }) => key)).not.toContain('bcc')
  expect(mail.subject).toBe('Fish Bcc: everybody@example.org')
})

test('a reader gets the stories of their blocks and no others', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const edition = await getEdition(house.db, await approveDigest(house))
  const headlines = ['Council votes to rebuild the fish market', 'Rovers win at the last minute']
  const shown: number[] = []

  for (const blocks of [[0], [1], [0, 1]]) {
    const { raw } = await compose(house, edition, { ...READER, blocks })
    const { text = '' } = await PostalMime.parse(raw)
    const words = text.replace(/\s+/g, ' ')
    shown.push(headlines.filter((headline) => words.includes(headline)).length)
  }

  expect(shown).toEqual([1, 1, 2])
  expect(isAsApproved(edition)).toBe(true)
})
