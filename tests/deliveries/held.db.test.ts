import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { planEdition } from '#deliveries/plan.ts'
import { holdEverything } from '#deliveries/restore-mark.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { addReaders, openHouse } from '../house.ts'
import { approveDigest, fates, stateOf } from './send-fixture.ts'

test('while everything is held nothing is released or planned, and the refusal says how it goes on', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const editionId = await approveDigest(house)
  await holdEverything(house.context, { reason: 'wrong sender (ines)' })

  await expect(sendEdition(house.context, { editionId, rule: 'now' })).rejects.toThrow(
    /everything is held: wrong sender \(ines\).*daybreak hold release/,
  )

  expect(await stateOf(house, editionId)).toBe('approved')
  expect(await fates(house, editionId)).toEqual([])
})

test('what is being planned when everything is held is planned when it is released', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const editionId = await approveDigest(house)
  await sendEdition(house.context, { editionId, rule: 'now' })
  await sql`update edition set planned_at = null, plan_cursor = 0`.execute(house.db)
  await sql`delete from delivery`.execute(house.db)
  await holdEverything(house.context, { reason: 'wrong sender' })

  await planEdition(house.context, { editionId })
  const held = await fates(house, editionId)
  await sql`update restore_mark set held = null, held_at = null`.execute(house.db)
  await planEdition(house.context, { editionId })

  expect(held).toEqual([])
  expect(await fates(house, editionId)).toEqual(['planned', 'planned'])
})
