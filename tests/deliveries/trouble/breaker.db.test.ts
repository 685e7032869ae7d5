import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { clearLimit } from '#deliveries/limits.ts'
import { readProgress } from '#deliveries/progress.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { listBreakers, takeProbe } from '#deliveries/trouble/breaker-store.ts'
import type { Outcome } from '#mail/outcome.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { openDesk, readRows, releaseDigest, stateOf } from '../send-fixture.ts'

const MINUTE = 60_000

const OURS: Outcome = {
  kind: 'rejected',
  code: 550,
  reply: '550 5.7.26 This mail has been blocked because the sender is unauthenticated',
  blame: 'sender',
}

/** Two hundred readers at Gmail and a few elsewhere; Gmail refuses us while it says so. */
async function openRefused(readers = 200) {
  const house = await openHouse()
  await addReaders(house, readers, { domain: 'gmail.com' })
  await addReaders(house, 5, { domain: 'example.net', from: readers + 1 })
  const gmail = { refuses: true, asked: 0 }
  const desk = await openDesk(house, {
    script: ({ to }) => {
      if (!to.endsWith('@gmail.com')) return undefined
      gmail.asked += 1
      return gmail.refuses ? OURS : undefined
    },
  })
  const editionId = await releaseDigest(house)
  return {
    house,
    desk,
    gmail,
    editionId,
    async [Symbol.asyncDispose]() {
      await desk[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

/** Drains until nothing is due. */
async function drainAll({ desk }: { desk: Awaited<ReturnType<typeof openDesk>> }): Promise<void> {
  for (let turn = 0; turn < 20 && (await desk.drain()) > 0; turn += 1);
}

const minutesUntil = async (house: House) =>
  (await listBreakers(house.db)).map(({ until }) => (until.getTime() - +house.now) / MINUTE)

test('a destination that refuses everything is left after a handful of mails, the others get theirs, and nobody is to blame', async () => {
  await using at = await openRefused()
  const { house, desk, gmail, editionId } = at

  await drainAll(at)
  await desk.drain()

  expect(gmail.asked).toBe(5)
  expect(await readAccounts(house.db, editionId)).toMatchObject({ accepted: 5, rejected: 0 })
  expect(await stateOf(house, editionId)).toBe('sending')
  expect(await listBreakers(house.db)).toMatchObject([
    { destination: 'google', reason: 'authentication', reply: OURS.reply },
  ])
  expect(await minutesUntil(house)).toEqual([10])
  expect((await sql`select 1 from suppression`.execute(house.db)).rows).toEqual([])
})

test('while it is open the edition says which destination refuses us, until when, and the fix', async () => {
  await using at = await openRefused()
  await drainAll(at)

  const { accounts, bottleneck } = await readProgress(at.house.db, {
    editionId: at.editionId,
    now: at.house.now,
  })

  expect(bottleneck).toMatch(
    /^google refuses our mail, a few mails try again at 06:40 UTC\. .+see docs\/deliverability\.md#\w+/,
  )
  expect(accounts.waitingBecause[0]).toBe(bottleneck)
})

test('after its rest five mails try: taken, everybody gets the mail', async () => {
  await using at = await openRefused()
  const { house, desk, gmail, editionId } = at
  await drainAll(at)
  house.wait(10 * MINUTE - 1)
  const early = await desk.drain()
  house.wait(1)
  gmail.refuses = false

  const claimed = await desk.drain()
  const closed = await listBreakers(house.db)
  house.wait(10 * MINUTE)
  await drainAll(at)

  expect(early).toBe(0)
  expect(claimed).toBeGreaterThanOrEqual(5)
  expect(closed).toEqual([])
  expect(await readAccounts(house.db, editionId)).toMatchObject({ accepted: 205 })
  expect(house.lines.join('')).toContain('a destination takes our mail again')
})

test('refused again, only five mails tried, and it rests for twice as long', async () => {
  await using at = await openRefused()
  const { house, desk, gmail } = at
  await drainAll(at)
  house.wait(10 * MINUTE)

  await drainAll(at)
  const again = await desk.drain()

  expect(gmail.asked).toBe(10)
  expect(again).toBe(0)
  expect(await minutesUntil(house)).toEqual([20])
})

test('of two senders one tries a destination that may be mended', async () => {
  await using at = await openRefused()
  const { house, desk, gmail } = at
  await drainAll(at)
  await using other = await openDesk(house, { beside: desk })
  house.wait(10 * MINUTE)
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const begun = Promise.withResolvers<void>()
  desk.relay.script = () => {
    begun.resolve()
    return promise
  }

  const trying = desk.drain()
  await begun.promise
  const beside = await other.drain()
  const { rows } = await sql`
    select count(*) as claimed from delivery where state = 'claimed'`.execute(house.db)
  resolve(undefined)
  await trying

  expect(beside).toBe(0)
  expect(rows).toEqual([{ claimed: 5 }])
  expect(gmail.asked).toBe(5)
})

test('of claims that ask at the same moment one may try', async () => {
  await using at = await openRefused(10)
  const { house } = at
  await drainAll(at)
  house.wait(10 * MINUTE)

  const asked = [1, 2, 3].map(async () => takeProbe(house.db, { destination: 2, now: house.now }))

  expect((await Promise.all(asked)).filter((tries) => tries)).toEqual([true])
})

test('a person who mended it closes it, and the mails go at once', async () => {
  await using at = await openRefused()
  const { house, gmail, editionId } = at
  await drainAll(at)
  gmail.refuses = false

  const cleared = await clearLimit(house.context, 'google')
  house.wait(2 * MINUTE)
  await drainAll(at)

  expect(cleared).toEqual({ pace: undefined, refused: true })
  expect(await listBreakers(house.db)).toEqual([])
  expect(await readAccounts(house.db, editionId)).toMatchObject({ accepted: 205 })
})

test('what comes too late behind it is left out without a try, and the edition ends', async () => {
  await using at = await openRefused(30)
  const { house, desk, gmail, editionId } = at
  await drainAll(at)
  await sql`update breaker set until = ${new Date(+house.now + 9 * 60 * MINUTE)}`.execute(house.db)
  house.wait(7 * 60 * MINUTE)

  await drainAll(at)
  await sweepDeliveries(house.context, desk.sender)

  expect(gmail.asked).toBe(5)
  expect(await readAccounts(house.db, editionId)).toMatchObject({
    accepted: 5,
    excludedBy: { expired: 30 },
  })
  expect(await stateOf(house, editionId)).toBe('sent')
})

test('a row that was refused because of us waits for minutes, longer each time it is refused', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house, { script: () => OURS })
  const editionId = await releaseDigest(house)

  const waits: number[] = []
  for (let turn = 0; turn < 4; turn += 1) {
    await desk.drain()
    const [row] = await readRows(house, editionId)
    const wait = +(row?.retryAt ?? 0) - +house.now
    waits.push(wait / MINUTE)
    house.wait(wait)
  }

  expect(waits).toEqual([1, 2, 4, 8])
  expect(await stateOf(house, editionId)).toBe('sending')
})

test('claims that were given back do not make the wait after a reply longer', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await sql`update delivery set attempt = 6`.execute(house.db)
  desk.relay.script = () => ({ kind: 'deferred', code: 451, reply: '451 4.7.1 Greylisted' })

  await desk.drain()

  const [row] = await readRows(house, editionId)
  expect(row?.attempt).toBe(7)
  expect(+(row?.retryAt ?? 0) - +house.now).toBe(MINUTE)
})
