import { type RawBuilder, sql } from 'kysely'
import { approveEdition, type Release, sendEdition } from '#deliveries/send-edition.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { getEdition } from '#editions/store.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'

export type ReleasedHouse = House & { editionId: number }

/** A house with a digest that was approved and not released. */
export async function openApproved(readers: number): Promise<ReleasedHouse> {
  const house = await openHouse()
  await addReaders(house, readers)
  await ingestArticle(house.context, { headline: 'Council votes to rebuild the fish market' })
  const { rows } = await sql<{ id: number }>`
    insert into operator (name, role, created_at) values ('ines', 'admin', ${house.now}) returning id`.execute(
    house.db,
  )
  const operatorId = rows[0]?.id ?? 0
  const request = { newsletterSlug: 'daily', operatorId, again: false }
  const { editionId } = await composeDigest(house.context, request)
  const { contentHash } = await getEdition(house.db, editionId)
  await approveEdition(house.context, { editionId, contentHash, operatorId })
  return Object.assign(house, { editionId })
}

/** … released, with a row for each reader, and no sender. */
export async function openReleased(
  readers: number,
  terms: Partial<Release> = {},
): Promise<ReleasedHouse> {
  const house = await openApproved(readers)
  await sendEdition(house.context, { editionId: house.editionId, rule: 'now', ...terms })
  await countLedger(house, house.editionId)
  return house
}

/** … whose mails were all accepted, but for those with another outcome. */
export async function openSettled(
  readers: number,
  outcomes: Record<number, RawBuilder<unknown>> = {},
): Promise<ReleasedHouse> {
  const house = await openReleased(readers)
  await settleRows(house, house.editionId, outcomes)
  return house
}

export async function stateOf({ db, editionId }: ReleasedHouse): Promise<string> {
  return (await getEdition(db, editionId)).state
}

/** What became of the readers, in the order of their ids: `accepted`, or `excluded: left`. */
export async function fates({ db, editionId }: ReleasedHouse): Promise<string[]> {
  const { rows } = await sql<{ fate: string }>`
    select concat_ws(': ', case when retry_at is not null then 'retry' else state::text end, reason) as fate
      from delivery where edition_id = ${editionId} order by subscriber_id`.execute(db)
  return rows.map((row) => row.fate)
}

/**
 * Gives rows of an edition an outcome as a sender would have written it, ends the walks, and counts them. The edition
 * is one that was released.
 */
export async function settleRows(
  house: Pick<House, 'db' | 'now'>,
  editionId: number,
  outcomes: Record<number, RawBuilder<unknown>> = {},
): Promise<void> {
  await sql`
    update delivery
       set state = 'accepted', outcome_at = ${house.now}, reply = '250 Ok', retry_at = null, lease_until = null
         , reason = null, version = 1, address_version = 1, sender_id = 7, attempt = 1
     where edition_id = ${editionId}`.execute(house.db)
  for (const [subscriberId, change] of Object.entries(outcomes)) {
    await sql`
      update delivery set ${change}
       where edition_id = ${editionId} and subscriber_id = ${Number(subscriberId)}`.execute(
      house.db,
    )
  }
  await sql`delete from delivery_drain where edition_id = ${editionId}`.execute(house.db)
  await countLedger(house, editionId)
}

/** The counters as the writers of the rows would have left them. */
export async function countLedger({ db }: Pick<House, 'db'>, editionId: number): Promise<void> {
  await sql`delete from tally where edition_id = ${editionId}`.execute(db)
  await sql`
    insert into tally (edition_id, shard, what, count, first_at, last_at)
    select edition_id, 7, case when state = 'excluded' then 'excluded/' || reason when retry_at is not null then 'retry' else state::text end
         , count(*), min(outcome_at), max(outcome_at)
      from delivery where edition_id = ${editionId} and (state <> 'planned' or retry_at is not null)
     group by 1, 3
     union all
    select edition_id, 0, 'planned', count(*), null, null from delivery where edition_id = ${editionId} group by 1`.execute(
    db,
  )
}

/** Of a row that settleRows has just dated by the house's clock. */
const outcome = (state: string, reply: string | null) =>
  sql`state = ${state}::delivery_state, reply = ${reply}`

export const WAITING = sql`state = 'planned', outcome_at = null, reply = null`
export const AGAIN = sql`
  state = 'planned', outcome_at = null, retry_at = outcome_at + interval '1 day', reply = '451 4.7.1 Try later'`
export const CLAIMED = sql`
  state = 'claimed', outcome_at = null, reply = null, lease_until = outcome_at + interval '5 minutes'`
export const UNCERTAIN = outcome('uncertain', 'the connection was lost after the body')
export const REJECTED = outcome('rejected', '550 5.7.26 Unauthenticated mail from courier.example')
export const NO_SUCH_USER = outcome('rejected', '550 5.1.1 No such user')
export const DEFERRED_OUT = sql`${outcome('excluded', '451 4.7.1 Try later')}, reason = 'expired'`
export const NEVER_TRIED = sql`${outcome('excluded', null)}, reason = 'expired'`
