import { sql } from 'kysely'
import { claimWalk, lockDrain } from '#deliveries/claim-store.ts'
import { addReaders, type House } from '../house.ts'
import { type Desk, releaseDigest } from './send-fixture.ts'

export const LEASE_MS = 300_000

/** Four rows claimed: one accepted, one refused, one begun, one not begun. */
export async function breakOff(house: House, desk: Desk): Promise<number> {
  await addReaders(house, 4)
  const editionId = await releaseDigest(house)
  const input = {
    kinds: ['digest' as const],
    senderId: desk.sender.id,
    test: true,
    limit: 9,
    avoid: [],
    leaseMs: LEASE_MS,
    now: house.now,
  }
  await house.db.transaction().execute(async (db) => {
    const walk = await lockDrain(db, input)
    return walk && claimWalk(db, { walk, input })
  })
  const { journal } = desk.sender
  const key = (subscriberId: number) => ({ editionId, subscriberId, attempt: 1 })
  for (const subscriberId of [1, 2, 3]) journal.begun(key(subscriberId))
  journal.accepted(key(1), 'A1B2')
  journal.other(key(2))
  return editionId
}

export async function kill({ db }: House, { sender }: Desk): Promise<void> {
  await sql`update sender set process_start = '1' where id = ${sender.id}`.execute(db)
}

export async function openSenders({ db }: House): Promise<number[]> {
  const { rows } = await sql<{
    id: number
  }>`select id from sender where ended_at is null order by id`.execute(db)
  return rows.map((row) => row.id)
}
