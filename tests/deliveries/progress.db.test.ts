import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readProgress } from '#deliveries/progress.ts'
import { addTally } from '#deliveries/tally-store.ts'
import {
  CLAIMED,
  openReleased,
  openSettled,
  type ReleasedHouse,
  WAITING,
} from './settled-fixture.ts'

type Said = { at?: Date; lane?: string; rate?: number; words?: string }

/** A sender as it writes itself down. */
async function addSender(
  house: ReleasedHouse,
  said: Said | null,
  { seen = house.now, ended = null as Date | null, toInbox = true } = {},
): Promise<void> {
  const {
    at = house.now,
    lane = 'digest',
    rate = 100,
    words = 'the relay answers in 9.0 ms',
  } = said ?? {}
  const lanes = {
    [lane]: { mailsPerSecond: rate, connections: 8, replyMs: 9, bottleneck: 'relay', words },
  }
  const pace = said === null ? null : JSON.stringify({ at, lanes })
  await sql`
    insert into sender (host_id, boot_id, pid, process_start, journal, test, started_at, seen_at, ended_at, pace)
    values ('h', 'b', 1, '1', 'j', ${toInbox}, ${seen}, ${seen}, ${ended}, ${pace}::jsonb)`.execute(
    house.db,
  )
}

test('the progress adds up from the counters, and says how fast, until when and why not faster', async () => {
  await using house = await openSettled(5, { 4: CLAIMED, 5: WAITING })
  await addSender(house, { rate: 0.5 })
  await addSender(house, { rate: 1.5, words: 'the relay answers in 310 ms on 8 connections' })

  const progress = await readProgress(house.db, { editionId: house.editionId, now: house.now })

  expect(progress).toMatchObject({
    edition: house.editionId,
    state: 'sending',
    stateReason: null,
    planning: false,
    accounts: { planned: 5, accepted: 3, claimed: 1, waiting: 1 },
    mailsPerSecond: 2,
    finishAt: new Date(house.now.getTime() + 1000),
    bottleneck: 'the relay answers in 310 ms on 8 connections',
  })
})

test.each<[string, (house: ReleasedHouse) => Promise<void>]>([
  ['is gone', async (house) => addSender(house, {}, { ended: house.now })],
  [
    'was not seen for half a minute',
    async (house) => addSender(house, {}, { seen: new Date(house.now.getTime() - 31_000) }),
  ],
  ['sends into the other relay', async (house) => addSender(house, {}, { toInbox: false })],
])('a sender that %s does not count', async (_what, add) => {
  await using house = await openReleased(2)
  await add(house)

  const progress = await readProgress(house.db, { editionId: house.editionId, now: house.now })

  expect(progress).toMatchObject({
    mailsPerSecond: 0,
    bottleneck: 'no sender is running: run "daybreak start"',
  })
})

test.each<[string, Said | null]>([
  ['of a moment ago', { at: new Date('2026-11-22T06:29:54Z') }],
  ['of another lane', { lane: 'alert' }],
  ['that were never told', null],
])('figures %s are not the rate of this edition', async (_what, said) => {
  await using house = await openReleased(2)
  await addSender(house, said)

  const progress = await readProgress(house.db, { editionId: house.editionId, now: house.now })

  expect(progress).toMatchObject({ mailsPerSecond: 0, finishAt: null, bottleneck: null })
})

test('the ledger is not read: what only the counters know is shown', async () => {
  await using house = await openReleased(0)
  const { editionId, now } = house
  await sql`update edition set state = 'sending', state_reason = null`.execute(house.db)
  const deltas = { planned: 1_000_000, accepted: 400_000 }
  await addTally(house.db, { editionId, shard: 7, deltas, at: now })
  await addSender(house, { rate: 4000 })

  const { accounts, finishAt } = await readProgress(house.db, { editionId, now })

  expect(accounts).toMatchObject({ planned: 1_000_000, accepted: 400_000, waiting: 600_000 })
  expect(finishAt).toEqual(new Date(now.getTime() + 150_000))
})

test('everything that is held after a restore is the reason of every edition', async () => {
  await using house = await openReleased(1)
  await addSender(house, {})
  await sql`
    insert into restore_mark (database_id, at, held, held_at) values ('d', now(), 'the database was restored', now())
    on conflict (only_row) do update set held = excluded.held`.execute(house.db)

  const progress = await readProgress(house.db, { editionId: house.editionId, now: house.now })

  expect(progress.bottleneck).toBe('nothing is sent: the database was restored')
  expect(progress.accounts.waitingBecause).toEqual(['the database was restored'])
})
