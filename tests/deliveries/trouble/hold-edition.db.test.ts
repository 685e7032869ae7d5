import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { resumeEdition } from '#deliveries/send-edition.ts'
import { getEdition } from '#editions/store.ts'
import type { Outcome } from '#mail/outcome.ts'
import { addReaders, openHouse } from '../../house.ts'
import { openDesk, readRows, releaseDigest, stateOf } from '../send-fixture.ts'

const BLAMES_US: Outcome = {
  kind: 'rejected',
  code: 550,
  reply: '550 5.7.26 This mail has been blocked because the sender is unauthenticated',
  blame: 'sender',
}

test('refusals that are about us hold the edition with the fix and blame no reader; resumed, everybody gets it', async () => {
  await using house = await openHouse()
  await addReaders(house, 14)
  await using desk = await openDesk(house, {
    script: ({ number }) => (number <= 10 ? BLAMES_US : undefined),
  })
  const editionId = await releaseDigest(house)

  await desk.drain()
  const held = await getEdition(house.db, editionId)
  const rows = await readRows(house, editionId)
  await resumeEdition(house.context, editionId)
  house.wait(60_000)
  await desk.drain()

  expect(held.state).toBe('held')
  expect(held.stateReason).toMatch(
    /^10 of the last 10 answers refuse us, and no reader is to blame\. .+see docs\/deliverability\.md#\w+/,
  )
  expect(rows.map((row) => row.state)).toEqual(rows.map(() => 'planned'))
  expect((await sql`select 1 from suppression`.execute(house.db)).rows).toEqual([])
  expect(await readAccounts(house.db, editionId)).toMatchObject({ planned: 14, accepted: 14 })
  expect(await stateOf(house, editionId)).toBe('sent')
  expect(desk.relay.mails).toHaveLength(24)
})

test('resumed and refused again, it is held again after ten new refusals, and not by the old ones', async () => {
  await using house = await openHouse()
  await addReaders(house, 14)
  await using desk = await openDesk(house, { script: () => BLAMES_US })
  const editionId = await releaseDigest(house)
  await desk.drain()
  house.wait(1000)
  await resumeEdition(house.context, editionId)

  await desk.drain()
  const afterFour = await stateOf(house, editionId)
  house.wait(60_000)
  await desk.drain()

  expect(desk.relay.tries).toBe(20)
  expect(afterFour).toBe('sending')
  expect(await stateOf(house, editionId)).toBe('held')
})

test('a single refusal that is about us holds nothing: its mail waits, and goes later', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 2 ? BLAMES_US : undefined),
  })
  const editionId = await releaseDigest(house)

  await desk.drain()
  const rows = await readRows(house, editionId)
  house.wait(60_000)
  await desk.drain()

  expect(rows.map((row) => row.state)).toEqual(['accepted', 'planned', 'accepted', 'accepted'])
  expect(rows[1]?.reply).toBe(BLAMES_US.reply)
  expect(await stateOf(house, editionId)).toBe('sent')
})
