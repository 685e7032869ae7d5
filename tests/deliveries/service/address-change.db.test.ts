import { sql } from 'kysely'
import { expect, test } from 'vitest'
import {
  askAddressChange,
  confirmAddressChange,
  readAddressChange,
} from '#deliveries/service/address-change.ts'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { findByAddress, leave } from '#subscribers/store.ts'
import { openLocalPart } from '#subscribers/tokens.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { bounceOf } from '../returns-fixture.ts'
import { type Desk, openDesk, releaseDigest } from '../send-fixture.ts'
import { ask, DAY, LINK, mailRows, readMail, tokenIn } from './service-fixture.ts'

const OLD = 'reader1@example.org'
const NEW = 'mara@elsewhere.example'

async function askFor(house: House, email = NEW, subscriberId = 1): Promise<boolean> {
  const address = normaliseAddress(email)
  return askAddressChange(house.context, {
    subscriberId,
    address,
    witness: { form: 'own data' },
  })
}

/** Asked for and mailed: the token of the mail to the new address. */
async function mailed(house: House, desk: Desk, email = NEW): Promise<string> {
  await askFor(house, email)
  await desk.drain('confirmation')
  return tokenIn(desk, email, 'a')
}

async function readerOf({ db, context }: House, email: string) {
  return findByAddress(db, hashAddress(context.secrets, email))
}

test('the new address is asked, the old one is told, and nothing changes until the new one says yes', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)

  const token = await mailed(house, desk)

  expect(desk.relay.mails.map(({ to }) => to)).toEqual([NEW, OLD])
  const note = await readMail(desk, OLD)
  expect(note.subject).toBe('A new address was asked for at Your Newspaper')
  expect(note.text).not.toMatch(/[\w-]{47}/)
  expect(note.text).not.toContain('elsewhere')
  expect(await readAddressChange(house.context, token)).toEqual({
    kind: 'open',
    subscriberId: 1,
    email: NEW,
    language: 'en',
  })
  expect(await readerOf(house, OLD)).toMatchObject({ id: 1, addressVersion: 1 })
})

test('the yes moves the reader with a new version of the address, once, and leaves an event', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  const token = await mailed(house, desk)

  const first = await confirmAddressChange(house.context, token, LINK)
  const second = await confirmAddressChange(house.context, token, LINK)

  expect([first.kind, second.kind]).toEqual(['done', 'done'])
  expect(await readerOf(house, OLD)).toBeUndefined()
  expect(await readerOf(house, NEW)).toMatchObject({
    id: 1,
    email: NEW,
    addressVersion: 2,
    state: 'active',
  })
  const { rows } = await sql<{ kind: string; form: string }>`
    select kind, form from consent_event where newsletter_id is null order by id`.execute(house.db)
  expect(rows).toEqual([
    { kind: 'asked', form: 'own data' },
    { kind: 'address changed', form: 'link' },
  ])
  const { rows: domains } = await sql`select domain from subscriber`.execute(house.db)
  expect(domains).toEqual([{ domain: 'elsewhere.example' }])
  expect(house.leavings).toMatchObject([{ kind: 'moved', newsletterId: null }])
})

test('a reader with mail on its way to the old address gets it at the new one', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  await releaseDigest(house)
  const token = await mailed(house, desk)

  await confirmAddressChange(house.context, token, LINK)
  await desk.drain('digest')

  expect(desk.relay.mails.at(-1)?.to).toBe(NEW)
})

test('a link works for a day, until another change, and never for a list of those who said no', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  const token = await mailed(house, desk)
  const other = await mailed(house, desk, 'second@elsewhere.example')

  house.wait(DAY + 1)
  const late = await confirmAddressChange(house.context, token, LINK)
  house.wait(-DAY)
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(house.context.secrets, NEW)}, 'blocked', ${house.now})`.execute(house.db)
  const blocked = await confirmAddressChange(house.context, token, LINK)
  await confirmAddressChange(house.context, other, LINK)
  await sql`delete from suppression`.execute(house.db)
  const overtaken = await confirmAddressChange(house.context, token, LINK)
  // One link in sixteen ends with an A.
  const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`
  const forged = await readAddressChange(house.context, altered)

  expect([late.kind, blocked.kind, overtaken.kind]).toEqual(['expired', 'expired', 'expired'])
  expect(forged.kind).toBe('unknown')
  expect(await readerOf(house, 'second@elsewhere.example')).toMatchObject({ id: 1 })
})

test('an address of another active reader is not taken, and only its own mailbox learns of it', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 2)

  const planned = await askFor(house, 'reader2@example.org')
  await desk.drain('confirmation')
  const token = await tokenIn(desk, 'reader2@example.org', 'a')
  const answer = await confirmAddressChange(house.context, token, LINK)

  expect(planned).toBe(true)
  expect(answer.kind).toBe('taken')
  expect(await readerOf(house, OLD)).toMatchObject({ id: 1, addressVersion: 1 })
})

test('who once asked or left with the new address is the same person: choices come along, the row is emptied', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1, { newsletters: ['daily'] })
  await ask(house, { email: NEW })
  await desk.drain('confirmation')
  await sql`
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select 2, id, 'instant', ${house.now} from newsletter where slug = 'breaking'`.execute(house.db)
  await sql`
    insert into returned (at, channel, event_key, kind, subscriber_id, payload)
    values (${house.now}, 'smtp', 'letter', 'reply', 2, ${JSON.stringify({ from: NEW })}::jsonb)`.execute(
    house.db,
  )
  await sql`
    update subscriber set digest_time = '07:15', attributes = '{"city": "Harbour Town"}' where id = 2`.execute(
    house.db,
  )
  const old = await readerOf(house, NEW)
  house.wait(DAY)
  const token = await mailed(house, desk)

  const answer = await confirmAddressChange(house.context, token, {
    ...LINK,
    network: '203.0.113.0/24',
  })

  expect(answer.kind).toBe('done')
  expect(await readerOf(house, NEW)).toMatchObject({ id: 1, state: 'active' })
  const { rows } = await sql`
    select id, public_id <> ${old?.publicId} as renamed, state, email, address_hash, domain, time_zone, language
         , digest_time, attributes
      from subscriber where id > 1`.execute(house.db)
  expect(rows).toEqual([
    {
      id: 2,
      renamed: true,
      state: 'erased',
      email: null,
      address_hash: null,
      domain: null,
      time_zone: 'UTC',
      language: 'und',
      digest_time: null,
      attributes: {},
    },
  ])
  expect(
    (await sql`select 1 from subscriber_key where subscriber_id = 2`.execute(house.db)).rows,
  ).toEqual([])
  expect((await sql`select subscriber_id as of from returned`.execute(house.db)).rows).toEqual([
    { of: 1 },
  ])
  const { rows: chosen } = await sql`
    select subscriber_id as id, slug from subscription u join newsletter n on n.id = u.newsletter_id order by 2`.execute(
    house.db,
  )
  expect(chosen).toEqual([
    { id: 1, slug: 'breaking' },
    { id: 1, slug: 'daily' },
  ])
  const { rows: theirs } = await sql`select 1 from service_mail where subscriber_id = 2`.execute(
    house.db,
  )
  expect(theirs).toEqual([])
})

test('a reader who left that address before is mailed there again, as its holder says', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 2)
  await leave(house.db, { subscriberId: 2, newsletterId: null, now: house.now })
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(house.context.secrets, 'reader2@example.org')}, 'left', ${house.now})`.execute(
    house.db,
  )
  const token = await mailed(house, desk, 'reader2@example.org')

  await confirmAddressChange(house.context, token, LINK)

  expect(await readerOf(house, 'reader2@example.org')).toMatchObject({ id: 1, state: 'active' })
  expect((await sql`select 1 from suppression`.execute(house.db)).rows).toEqual([])
})

test('a new address counts as asked by the same limits as a sign-up', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await ask(house, { email: NEW })

  const sameDay = await askFor(house, 'Mara+news@elsewhere.example')
  house.wait(DAY)
  const planned = await Promise.all([askFor(house), askFor(house, NEW, 2)])

  expect(sameDay).toBe(false)
  expect(planned.filter(Boolean)).toHaveLength(1)
})

test('an address on the do-not-mail list as “asked”, and the reader’s own, is not asked', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(house.context.secrets, NEW)}, 'asked', ${house.now})`.execute(house.db)

  const planned = [await askFor(house), await askFor(house, 'READER1@example.org')]

  expect(planned).toEqual([false, false])
  expect(await mailRows(house)).toEqual([])
})

test('a mistyped new address that bounces says nothing about the reader’s own', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  await mailed(house, desk)
  const bounce = desk.relay.mails.find(({ to }) => to === NEW)?.from ?? ''
  const token = openLocalPart(
    house.context.secrets,
    'bounce',
    /^b-([a-z2-7]+)@/.exec(bounce)?.[1] ?? '',
  )
  if (token === undefined) throw new Error('no bounce address')

  await takeReturn(house.context, { channel: 'smtp', key: 'a', returned: bounceOf('hard'), token })

  expect(await readerOf(house, OLD)).toMatchObject({ state: 'active' })
  expect((await sql`select 1 from suppression`.execute(house.db)).rows).toEqual([])
})

test('two that say yes to the same address at the same moment: one has it', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 2)
  const one = await mailed(house, desk)
  house.wait(DAY)
  await askFor(house, NEW, 2)
  await desk.drain('confirmation')
  const two = await tokenIn(desk, NEW, 'a')

  const answers = await Promise.all(
    [one, two].map(async (token) => confirmAddressChange(house.context, token, LINK)),
  )

  expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['done', 'taken'])
})
