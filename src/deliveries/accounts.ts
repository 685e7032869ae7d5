import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

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
  /** Why mails wait, in the relay's words, most frequent first. */
  waitingBecause: string[]
  firstAcceptedAt: Date | null
  lastAcceptedAt: Date | null
}

export async function readAccounts(db: Db, editionId: number): Promise<Accounts> {
  const { rows } = await sql<Omit<Accounts, 'excludedBy' | 'waitingBecause'>>`
    select count(*) as planned
         , count(*) filter (where state = 'planned' and retry_at is null) as waiting
         , count(*) filter (where state = 'planned' and retry_at is not null) as "tryingAgain"
         , count(*) filter (where state = 'claimed') as claimed
         , count(*) filter (where state = 'accepted') as accepted
         , count(*) filter (where state = 'rejected') as rejected
         , count(*) filter (where state = 'uncertain') as uncertain
         , count(*) filter (where state = 'excluded') as excluded
         , min(outcome_at) filter (where state = 'accepted') as "firstAcceptedAt"
         , max(outcome_at) filter (where state = 'accepted') as "lastAcceptedAt"
      from delivery where edition_id = ${editionId}`.execute(db)
  const { rows: reasons } = await sql<{ reason: string; count: number }>`
    select reason, count(*) as count from delivery
     where edition_id = ${editionId} and state = 'excluded'
     group by reason order by 2 desc, 1`.execute(db)
  const { rows: replies } = await sql<{ reply: string }>`
    select reply from delivery
     where edition_id = ${editionId} and state = 'planned' and reply is not null
     group by reply order by count(*) desc, reply limit 3`.execute(db)
  const [counts] = rows
  if (counts === undefined) throw new Error('a count returned no row')
  return {
    ...counts,
    excludedBy: Object.fromEntries(reasons.map((row) => [row.reason, row.count])),
    waitingBecause: replies.map((row) => row.reply),
  }
}

export type UncertainRow = { subscriberId: number; reply: string; outcomeAt: Date }

export async function listUncertain(db: Db, editionId: number): Promise<UncertainRow[]> {
  const { rows } = await sql<UncertainRow>`
    select subscriber_id as "subscriberId", reply, outcome_at as "outcomeAt" from delivery
     where edition_id = ${editionId} and state = 'uncertain'
     order by subscriber_id limit 1000`.execute(db)
  return rows
}
