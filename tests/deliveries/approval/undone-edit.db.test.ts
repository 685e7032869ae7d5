import { expect, test } from 'vitest'
import { sayYes, sendBack } from '#editions/approval/approve.ts'
import { readStanding } from '#editions/approval/read-standing.ts'
import { getEdition } from '#editions/store.ts'
import { openDraftHouse } from './desk-fixture.ts'

test('an edit that is undone does not bring back the yes of before; who sent it back still has', async () => {
  await using house = await openDraftHouse({ approval: 'two' })
  const { context, editionId, people } = house
  await house.edit(people.eva, 'The fish market comes')
  const contentHash = await house.hash()
  const said = { editionId, contentHash, via: 'cli' } as const
  const standing = async () =>
    (await readStanding(house.db, await getEdition(house.db, editionId))).standing
  const undo = async () => {
    await house.edit(people.eva, 'The fish market goes')
    await house.edit(people.eva, 'The fish market comes')
    expect(await house.hash()).toBe(contentHash)
  }
  await sayYes(context, { ...said, operator: people.omar })
  expect(await house.state()).toBe('approved')

  await undo()

  expect(await house.state()).toBe('draft')
  expect(await standing()).toMatchObject({ approved: false, yes: [], objection: null })
  await sendBack(context, { ...said, operator: people.omar, note: 'it goes' })
  await undo()
  expect(await standing()).toMatchObject({
    approved: false,
    objection: { verdict: 'send back', actor: 'omar' },
  })
})
