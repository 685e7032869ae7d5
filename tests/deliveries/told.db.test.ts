import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { sendEdition, stopEdition } from '#deliveries/send-edition.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { addReaders, openHouse } from '../house.ts'
import { approve, fates, openDesk, releaseDigest, UNSENT } from './send-fixture.ts'

test('after a stop, the next edition goes only to those whom the stopped one did not reach', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  const stopped = await releaseDigest(house)
  await sql`update edition set test = false`.execute(house.db)
  house.context.relay = { test: false }
  await using desk = await openDesk(house, {
    script: ({ number }) => (number > 2 ? UNSENT : undefined),
  })
  await desk.drain()
  await stopEdition(house.context, { editionId: stopped, reason: 'a wrong number' })
  house.context.relay = { test: true }

  const { editionId } = await composeDigest(house.context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: true,
  })
  await approve(house, editionId)
  await desk[Symbol.asyncDispose]()
  await sendEdition(house.context, { editionId, rule: 'now' })

  expect(await fates(house, editionId)).toEqual([
    'excluded: already told',
    'excluded: already told',
    'planned',
    'planned',
  ])
})
