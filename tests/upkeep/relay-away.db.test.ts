import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { noteSeen } from '#deliveries/sender.ts'
import { addReaders, openHouse } from '../house.ts'
import { openDesk, releaseDigest, UNSENT } from '../deliveries/send-fixture.ts'
import { startFakeRelay } from '../support/fake-relay.ts'
import { openListener, openWatched } from './upkeep-fixture.ts'

const READERS = 40

test('a relay that is away for half an hour around a release: one notice down, one up, the edition late and whole', async () => {
  await using listener = await openListener()
  await using knocked = await startFakeRelay({
    script: ({ stage }) =>
      away && stage === 'greeting'
        ? { reply: '421 4.3.2 down for a while', thenDrop: true }
        : undefined,
  })
  let away = false
  const house = await openHouse({ env: { SMTP_URL: knocked.url } })
  await using watched = await openWatched(
    { SMTP_URL: knocked.url, NOTICE_WEBHOOKS: listener.url },
    house,
  )
  await addReaders(house, READERS)
  await using desk = await openDesk(house, { script: () => (away ? UNSENT : undefined) })
  const minute = async () => {
    house.wait(60_000)
    await noteSeen(house.db, { id: desk.sender.id, now: house.now })
    await desk.drain()
    await watched.look()
  }

  await minute()
  away = true
  for (let passed = 0; passed < 15; passed += 1) await minute()
  const editionId = await releaseDigest(house)
  for (let passed = 0; passed < 15; passed += 1) await minute()
  const meanwhile = await readAccounts(house.db, editionId)
  away = false
  for (let passed = 0; passed < 5; passed += 1) await minute()

  expect(meanwhile).toMatchObject({
    planned: READERS,
    accepted: 0,
    tryingAgain: READERS,
    uncertain: 0,
  })
  expect(await readAccounts(house.db, editionId)).toMatchObject({
    planned: READERS,
    accepted: READERS,
    rejected: 0,
    uncertain: 0,
    excluded: 0,
  })
  expect(new Set(desk.relay.mails.map(({ to }) => to)).size).toBe(READERS)
  expect(desk.relay.mails).toHaveLength(READERS)
  const notices = listener.posts.flatMap(
    ({ body }) => JSON.parse(body).notices as { cause: string; state: string }[],
  )
  expect(notices.map(({ cause, state }) => `${cause} ${state}`)).toEqual([
    'relay 127.0.0.1 wrong',
    'relay 127.0.0.1 over',
  ])
})
