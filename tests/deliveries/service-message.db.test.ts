import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { claimServiceMails, type ServiceClaim } from '#deliveries/claim-service.ts'
import { composeServiceMail } from '#deliveries/service-message.ts'
import { UNSIGNED } from '#mail/mime/write-message.ts'
import { openLocalPart, openToken } from '#subscribers/tokens.ts'
import { type House, openHouse } from '../house.ts'
import { ask } from './service/service-fixture.ts'

/** Confirmations of so many people who typed in their address. */
async function claimConfirmations({ context, db, now }: House, count: number) {
  for (let number = 1; number <= count; number += 1) {
    await ask({ context }, { email: `reader${number}@example.org` })
  }
  return claimServiceMails(db, { senderId: 1, test: true, limit: 10, leaseMs: 60_000, now })
}

type Sender = Parameters<typeof composeServiceMail>[0]['sender']

const noKeys: Sender = { dkim: { pinFor: () => null, signerFor: () => null } }

async function compose({ context }: House, mail: ServiceClaim, sender: Sender = noKeys) {
  const { envelope, message } = await composeServiceMail({ ...context, sender }, mail)
  const { bytes } = await message({ ...UNSIGNED, sign: true })
  return { envelope, raw: Buffer.from(bytes), text: bytes.toString() }
}

test('a confirmation’s links and return address open to its reader', async () => {
  await using house = await openHouse()
  const [claim] = await claimConfirmations(house, 1)
  if (claim === undefined) throw new Error('nothing was claimed')

  const { raw, envelope } = await compose(house, claim)

  const { secrets } = house.context
  const { text = '', to, messageId } = await PostalMime.parse(raw)
  const { publicId } = claim
  const token = /\/c\/([\w-]{47})\n/.exec(text)?.[1] ?? ''
  expect(openToken(secrets, 'confirm', token)).toMatchObject({ publicId })
  const notMe = /\/n\/([\w-]{47})\n/.exec(text)?.[1] ?? ''
  expect(openToken(secrets, 'notMe', notMe)).toMatchObject({ publicId })
  const bounce = envelope.from.slice('b-'.length, envelope.from.indexOf('@'))
  expect(openLocalPart(secrets, 'bounce', bounce)).toMatchObject({ publicId, reference: 0 })
  expect(to).toEqual([{ name: '', address: 'reader1@example.org' }])
  expect(messageId).toMatch(/^<[0-9a-f]{40}@example\.org>$/)
})

test('a repeat gives the same bytes, and two readers of one form get their own', async () => {
  await using house = await openHouse()
  const [one, two] = await claimConfirmations(house, 2)
  if (one === undefined || two === undefined) throw new Error('nothing was claimed')

  const first = await compose(house, one)
  const other = await compose(house, two)
  const again = await compose(house, one)

  expect(again.raw.equals(first.raw)).toBe(true)
  expect(other.text).not.toBe(first.text)
  expect(other.text).not.toContain('reader1@')
})

test('a form is read once, and whose mail it is with every mail', async () => {
  await using house = await openHouse()
  const [one] = await claimConfirmations(house, 1)
  if (one === undefined) throw new Error('nothing was claimed')
  await compose(house, one)
  await sql`update service_form set subject = 'Read again'`.execute(house.db)
  await sql`insert into setting (name, value) values ('name', '"Another Paper"')`.execute(house.db)

  const { text } = await compose(house, one)

  expect(text).not.toContain('Subject: Read again')
  expect(text).toContain('From: Another Paper <news@example.org>')
})

test('a service mail is signed by the keys of its sender’s domain', async () => {
  await using house = await openHouse()
  const [one] = await claimConfirmations(house, 1)
  if (one === undefined) throw new Error('nothing was claimed')
  const asked: string[] = []
  const dkim = {
    pinFor(address: string) {
      asked.push(address)
      return { domain: 'example.org', selectors: ['s1'] }
    },
    signerFor: () => ({ sign: () => 'DKIM-Signature: v=1\r\n' }),
  }

  const { text } = await compose(house, one, { dkim })

  expect(asked).toEqual(['news@example.org'])
  expect(text).toMatch(/^DKIM-Signature: v=1\r\n/)
})
