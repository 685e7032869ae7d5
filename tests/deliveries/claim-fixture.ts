import { claimNext, type Question } from '#deliveries/drain/claim.ts'
import type { House } from '../house.ts'
import { ScriptedRelay } from './send-fixture.ts'

/** What a lane asks for its next rows. */
export function question(house: House, change: Partial<Question> = {}): Question {
  return {
    lane: 'digest',
    kinds: ['digest'],
    senderId: 1,
    test: true,
    want: 100,
    roads: ['walk', 'retries'],
    avoid: [],
    leaseMs: 300_000,
    now: house.now,
    relays: new ScriptedRelay(),
    admit: async () => true,
    ...change,
  }
}

/** The rows of the next claim; undefined when nothing is due. */
export async function claim(house: House, change: Partial<Question> = {}) {
  const { found } = await house.db
    .transaction()
    .execute(async (db) => claimNext(db, question(house, change)))
  return found?.rows
}
