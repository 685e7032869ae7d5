import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { askAddressChange } from '#deliveries/service/address-change.ts'
import { sendOwnDataLink } from '#deliveries/service/own-data-link.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { eraseSubscriber } from '#subscribers/erasure/erase.ts'
import { accountOf } from '../../deliveries/returns-fixture.ts'
import { fates, openDesk, releaseDigest } from '../../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { EMAIL, NEW_EMAIL, placesOf, WITNESS } from './life-fixture.ts'

const about = { subscriberId: 1, witness: WITNESS }

test('who is erased after the edition was planned gets nothing, and the account adds up', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house)

  await eraseSubscriber(house.context, about)
  await desk.drain()

  expect(desk.relay.mails.map(({ to }) => to)).toEqual([
    'reader2@example.org',
    'reader3@example.org',
  ])
  expect(await fates(house, editionId)).toEqual(['excluded: left', 'accepted', 'accepted'])
  const { told, counted } = await accountOf(house, editionId)
  expect(told).toEqual(counted)
})

test('a mail that is on the wire while its reader is erased is booked as it went, and leaves no address', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house, {
    script: async ({ to }) => {
      if (to === EMAIL) await eraseSubscriber(house.context, about)
      return undefined
    },
  })

  await desk.drain()

  expect(await fates(house, editionId)).toEqual(['accepted', 'accepted', 'accepted'])
  expect(await placesOf(house, EMAIL)).toEqual([])
  const { told, counted } = await accountOf(house, editionId)
  expect(told).toEqual(counted)
})

test.each([
  ['a link to own data', async ({ context }: House) => sendOwnDataLink(context, about)],
  [
    'a question to a new address',
    async ({ context }: House) =>
      askAddressChange(context, { ...about, address: normaliseAddress(NEW_EMAIL) }),
  ],
])('%s that is on the wire, and that the relay defers, is not tried again', async (_, plan) => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await plan(house)
  await using desk = await openDesk(house, {
    script: async () => {
      await eraseSubscriber(house.context, about)
      return { kind: 'deferred', reply: '451 4.7.1 Try later', code: 451 }
    },
  })

  await desk.drain('confirmation')
  const { tries } = desk.relay
  house.wait(30 * 60_000)
  await desk.drain('confirmation')

  const { rows } = await sql`select distinct state, recipient from service_mail`.execute(house.db)
  expect(rows).toEqual([{ state: 'excluded', recipient: '' }])
  expect(desk.relay.tries).toBe(tries)
})
