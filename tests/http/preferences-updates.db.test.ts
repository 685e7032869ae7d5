import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addReaders } from '../house.ts'
import { chooseDetail, chosenIn, consentOf, email, look } from './preferences-fixture.ts'
import { contentsOf, openWebHouse, subscriberOf, type WebHouse } from './web-fixture.ts'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
  await addReaders(house, 2)
})
afterEach(async () => house[Symbol.asyncDispose]())

test('who asks for updates on a story gets them, and who does not is left alone', async () => {
  const before = await look(house)

  const seen = await chooseDetail(house, { 'updates-breaking': 'on' })

  expect(chosenIn(before, 'updates-breaking')).toBe('off')
  expect(chosenIn(seen, 'updates-breaking')).toBe('on')
  const { rows } = await sql<{ id: number }>`
    select subscriber_id as id from subscription where updates`.execute(house.db)
  expect(rows).toEqual([{ id: (await subscriberOf(house, email)).id }])
  expect((await consentOf(house)).at(-1)).toBe('changed breaking')
})

test.each([
  ['updates-breaking', 'perhaps'],
  ['updates-daily', 'on'],
  ['updates-nothing', 'on'],
])('%s: “%s” is refused, and nothing changes', async (field, value) => {
  const before = await contentsOf(house)

  const seen = await chooseDetail(house, { [field]: value })

  expect(seen.status).toBe(422)
  expect(await contentsOf(house)).toEqual(before)
})
