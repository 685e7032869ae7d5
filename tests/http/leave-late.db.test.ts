import { expect, test } from 'vitest'
import { addReaders } from '../house.ts'
import { fates, openDesk, releaseDigest } from '../deliveries/send-fixture.ts'
import { openWebHouse, readerToken, type WebHouse } from './web-fixture.ts'

const ONE_CLICK = 'List-Unsubscribe=One-Click'
/** A look at withdrawals comes every 400 ms; a relay that takes longer over the envelope is a slow one. */
const SLOW_MS = 700

async function pressOneClick(
  house: WebHouse,
  { email, editionId }: { email: string; editionId: number },
): Promise<number> {
  const token = await readerToken(house, { email, purpose: 'unsubscribe', reference: editionId })
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const init = { method: 'POST', headers, body: ONE_CLICK }
  return (await house.web.request(`/u/${token}`, init)).status
}

test('who pressed when the mail was planned and not yet claimed gets nothing', async () => {
  await using house = await openWebHouse()
  await addReaders(house, 3)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)

  const status = await pressOneClick(house, { email: 'reader2@example.org', editionId })
  await desk.drain()

  expect(status).toBe(200)
  expect(await fates(house, editionId)).toEqual(['accepted', 'excluded: left', 'accepted'])
  expect(desk.relay.mails.map((mail) => mail.to)).toEqual([
    'reader1@example.org',
    'reader3@example.org',
  ])
})

test('who pressed when the mail was claimed and waits on a slow relay for its body gets nothing', async () => {
  await using house = await openWebHouse()
  await addReaders(house, 3)
  let editionId = 0
  let pressed: Promise<number> | undefined
  await using desk = await openDesk(house, {
    connections: 3,
    script: async () => {
      pressed ??= pressOneClick(house, { email: 'reader2@example.org', editionId })
      await pressed
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
      return undefined
    },
  })
  editionId = await releaseDigest(house)

  await desk.drain()

  expect(await pressed).toBe(200)
  expect(await fates(house, editionId)).toEqual(['accepted', 'excluded: left', 'accepted'])
  expect(desk.relay.mails.map((mail) => mail.to)).not.toContain('reader2@example.org')
})
