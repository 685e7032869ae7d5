import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { sendFreshPreferences, sendOwnDataLink } from '#deliveries/service/own-data-link.ts'
import { hashAddress } from '#secrets.ts'
import { leave } from '#subscribers/store.ts'
import { openToken } from '#subscribers/tokens.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { openDesk } from '../send-fixture.ts'
import { ask, DAY, HOUR, mailRows, readMail, tokenIn } from './service-fixture.ts'

const MINUTE = HOUR / 60
const READER = { subscriberId: 1 }

async function listAs({ db, context, now }: House, reason: string): Promise<void> {
  const hash = hashAddress(context.secrets, 'reader1@example.org')
  await sql`insert into suppression (address_hash, reason, at) values (${hash}, ${reason}, ${now})`.execute(
    db,
  )
}

test('the link to a reader’s own data names the mail that it came with, and no other link', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)

  await sendOwnDataLink(house.context, READER)
  await desk.drain('confirmation')

  const token = await tokenIn(desk, 'reader1@example.org', 'me')
  const { rows } = await sql<{ id: number; publicId: number }>`
    select m.id, s.public_id as "publicId" from service_mail m join subscriber s on s.id = m.subscriber_id`.execute(
    house.db,
  )
  expect(openToken(house.context.secrets, 'ownData', token)).toMatchObject({
    publicId: rows[0]?.publicId,
    reference: rows[0]?.id,
  })
  const { text = '' } = await readMail(desk, 'reader1@example.org')
  expect(text.match(/[\w-]{47}/g)).toHaveLength(1)
})

test('a reader gets one such link in ten minutes and three a day, however often and fast it is asked for', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const press = async () => sendOwnDataLink(house.context, READER)

  const atOnce = await Promise.all([press(), press(), press(), press()])
  const later: boolean[] = []
  for (let tenth = 0; tenth < 5; tenth += 1) {
    house.wait(10 * MINUTE)
    later.push(await press())
  }
  house.wait(DAY)
  const tomorrow = await press()

  expect(atOnce.filter(Boolean)).toHaveLength(1)
  expect(later).toEqual([true, true, false, false, false])
  expect(tomorrow).toBe(true)
})

test('a fresh link to the preferences is counted by itself', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  await sendOwnDataLink(house.context, READER)

  const fresh = await sendFreshPreferences(house.context, READER)
  const again = await sendFreshPreferences(house.context, READER)
  await desk.drain('confirmation')

  expect([fresh, again]).toEqual([true, false])
  expect(await tokenIn(desk, 'reader1@example.org', 'p')).toMatch(/./)
  const { text = '' } = await readMail(desk, 'reader1@example.org')
  expect(text).toContain('The link works for 30 days.')
})

test('a reader who unsubscribed gets the link, and one who complained or is blocked does not', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  await leave(house.db, { subscriberId: 1, newsletterId: null, now: house.now })
  const fates: string[] = []

  for (const reason of ['left', 'complained', 'bounced', 'asked', 'blocked', 'erased']) {
    await sql`delete from suppression`.execute(house.db)
    await listAs(house, reason)
    house.wait(DAY)
    await sendOwnDataLink(house.context, READER)
    await desk.drain('confirmation')
    fates.push((await mailRows(house)).at(-1) ?? '')
  }

  expect(fates).toEqual([
    'link accepted',
    ...Array.from({ length: 5 }, () => 'link excluded: suppressed'),
  ])
})

test('a link never goes to an address that is not the reader’s any more', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await addReaders(house, 1)
  await sendOwnDataLink(house.context, READER)
  await sql`
    update subscriber set email = 'moved@example.org', address_hash = sha256('moved'), address_version = 2`.execute(
    house.db,
  )

  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual(['link excluded: moved'])
  expect(desk.relay.mails).toEqual([])
})

test('who never confirmed, and who is nobody, gets no link', async () => {
  await using house = await openHouse()
  await ask(house)

  const pending = await sendOwnDataLink(house.context, READER)
  const nobody = await sendFreshPreferences(house.context, { subscriberId: 99 })

  expect([pending, nobody]).toEqual([false, false])
})
