import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { addReaders, openHouse } from '../house.ts'
import { fates, openDesk, releaseAlert, releaseDigest, UNSENT } from './send-fixture.ts'

test('while the relay does not answer the lane rests, rows wait with the reason, and go out when it is back', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  await using desk = await openDesk(house, { script: () => UNSENT })
  const editionId = await releaseDigest(house)

  await desk.drain()
  const accounts = await readAccounts(house.db, editionId)
  const atRest = await desk.drain()
  desk.relay.script = () => undefined
  house.wait(2000)
  await desk.drain()

  expect(accounts).toMatchObject({
    planned: 5,
    tryingAgain: 5,
    claimed: 0,
    waitingBecause: [UNSENT.reason],
  })
  expect(desk.relay.tries).toBe(1 + 5)
  expect(atRest).toBe(0)
  expect(await readAccounts(house.db, editionId)).toMatchObject({
    accepted: 5,
    tryingAgain: 0,
    waitingBecause: [],
  })
})

test('a relay that stays away is knocked on by one mail at a time, less and less often', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  await using desk = await openDesk(house, { script: () => UNSENT })
  await releaseDigest(house)

  const pauses: number[] = []
  for (let knock = 0; knock < 8; knock += 1) {
    await desk.drain()
    const pause = (desk.sender.rest.get('digest')?.until ?? 0) - house.now.getTime()
    pauses.push(pause / 1000)
    house.wait(pause)
  }

  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  expect(desk.relay.tries).toBe(8)
})

test('a lane at rest does not keep another lane waiting', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 1 ? UNSENT : undefined),
  })
  await releaseDigest(house)
  await desk.drain('digest')
  const alertId = await releaseAlert(house)

  await desk.drain('alert')

  expect(await fates(house, alertId)).toEqual(['accepted'])
})
