import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { listHindrances, listRetryReplies } from './account-store.ts'
import { excludedOf, readTally, waitingOf } from './tally-store.ts'

/** What became of an edition's mails. `planned` is all rows; the others add up to it. */
export type Accounts = {
  planned: number
  waiting: number
  tryingAgain: number
  claimed: number
  accepted: number
  rejected: number
  uncertain: number
  excluded: number
  excludedBy: Record<string, number>
  /** Why mails wait: a hold of everything, then what relays and receivers said. */
  waitingBecause: string[]
  firstAcceptedAt: Date | null
  lastAcceptedAt: Date | null
}

/** From the counters: a page costs the same for ten readers and for a million. */
export async function readAccounts(db: Db, editionId: number): Promise<Accounts> {
  const tally = (await readTally(db, [editionId])).get(editionId)
  if (tally === undefined) throw new Error('an edition that was asked for has no tally')
  const waiting = waitingOf(tally)
  return {
    planned: tally.planned,
    waiting,
    tryingAgain: tally.retry,
    claimed: tally.claimed,
    accepted: tally.accepted,
    rejected: tally.rejected,
    uncertain: tally.uncertain,
    excluded: excludedOf(tally),
    excludedBy: tally.excludedBy,
    waitingBecause:
      waiting + tally.retry > 0
        ? await listReasons(db, { editionId, retries: tally.retry > 0 })
        : [],
    firstAcceptedAt: tally.firstAcceptedAt,
    lastAcceptedAt: tally.lastAcceptedAt,
  }
}

async function listReasons(
  db: Db,
  { editionId, retries }: { editionId: number; retries: boolean },
): Promise<string[]> {
  const hindrances = await listHindrances(db, editionId)
  const replies = retries ? await listRetryReplies(db, editionId) : []
  return [...new Set([...hindrances, ...replies])].slice(0, 3)
}

export type UncertainRow = { subscriberId: number; reply: string; outcomeAt: Date }

/** Reads the edition's rows: only worth it when the counters say that there are some. */
export async function listUncertain(db: Db, editionId: number): Promise<UncertainRow[]> {
  const { rows } = await sql<UncertainRow>`
    select subscriber_id as "subscriberId", reply, outcome_at as "outcomeAt" from delivery
     where edition_id = ${editionId} and state = 'uncertain'
     order by subscriber_id limit 1000`.execute(db)
  return rows
}
