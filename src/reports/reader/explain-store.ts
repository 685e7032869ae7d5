import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { chosenPart, isMeant, type Meant } from '#deliveries/plan-choices-store.ts'

/** What of an edition decides whom it goes to. */
export type Meaning = Meant & {
  weeklyDay: number
  createdAt: Date
  plannedAt: Date | null
  cursor: number
}

export async function getMeaning(db: Db, editionId: number): Promise<Meaning> {
  const { rows } = await sql<Meaning>`
    select e.id as "editionId", e.kind, n.cadence = 'weekly' or extract(isodow from e.edition_date) = n.weekly_day as weekly
         , n.weekly_day as "weeklyDay", e.created_at as "createdAt", e.planned_at as "plannedAt", e.plan_cursor as cursor
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.id = ${editionId}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error(`no edition ${editionId}`)
  return row
}

export type Interest = { cadence: string; changedAt: Date; meant: boolean }

/** The reader's choice for the edition's newsletter as it is now, and whether such a choice means this edition. */
export async function findInterest(
  db: Db,
  { readerId, meaning }: { readerId: number; meaning: Meaning },
): Promise<Interest | undefined> {
  const { rows } = await sql<Interest>`
    select u.cadence, u.changed_at as "changedAt"
         , exists (select 1 where true ${isMeant(meaning)}) as meant
      from edition e
      join subscription u on u.newsletter_id = e.newsletter_id and u.subscriber_id = ${readerId}
     where e.id = ${meaning.editionId}`.execute(db)
  return rows[0]
}

/** Whether the reader's topics, as they are now, leave no story of the edition. */
export async function leavesNothing(
  db: Db,
  { readerId, meaning }: { readerId: number; meaning: Meaning },
): Promise<boolean> {
  if (meaning.kind !== 'digest') return false
  const { rows } = await sql<{ nothing: boolean }>`
    with everything as (select 1)
    ${chosenPart(meaning, { after: readerId - 1, last: readerId })}
    select exists (select from chosen where blocks = '{}') as nothing`.execute(db)
  return rows[0]?.nothing === true
}
