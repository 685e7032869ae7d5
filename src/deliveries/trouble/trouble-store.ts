import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { type Figures, RULES } from './trouble-rules.ts'

export type Whose = { name: string; mendedAt: Date | null }

export async function findDestination(db: Db, id: number): Promise<Whose | undefined> {
  const { rows } = await sql<Whose>`
    select name, mended_at as "mendedAt" from destination where id = ${id}`.execute(db)
  return rows[0]
}

/** Since when the edition's answers count; undefined when it is not being sent. */
export async function findSending(
  db: Db,
  editionId: number,
): Promise<{ resumedAt: Date | null } | undefined> {
  const { rows } = await sql<{ resumedAt: Date | null }>`
    select resumed_at as "resumedAt" from edition where id = ${editionId} and state = 'sending'`.execute(
    db,
  )
  return rows[0]
}

/** What was refused before says nothing of what a person has mended. */
export async function noteResumed(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<void> {
  await sql`update edition set resumed_at = ${now} where id = ${editionId}`.execute(db)
}

type Asked = { editionId: number; destination: number; since: Date | null }

/** Rows that are looked at for each answer that is looked for. */
const LOOKED_AT = 10

/**
 * The last answers of a destination in the order of its walk, up to the last mail that was refused or came back: a
 * bounce that comes minutes later is held against the mails that left together with its own.
 */
export async function readDestinationFigures(
  db: Db,
  { editionId, destination, since }: Asked,
): Promise<Figures> {
  const { window, ours } = RULES.destination
  return readFigures(db, {
    editionId,
    since,
    window,
    ours,
    rows: sql`
      select d.* from newest n
           , lateral (select * from delivery d
                       where (d.edition_id, d.cohort, d.destination) = (${editionId}, n.cohort, ${destination})
                         and d.subscriber_id <= n.subscriber_id
                       order by d.subscriber_id desc
                       limit ${window * LOOKED_AT}) d`,
    newest: sql`and r.destination = ${destination}`,
  })
}

/** The same over all destinations, in the order of readers' ids. */
export async function readEditionFigures(
  db: Db,
  { editionId, since }: Omit<Asked, 'destination'>,
): Promise<Figures> {
  const { window, ours } = RULES.edition
  return readFigures(db, {
    editionId,
    since,
    window,
    ours,
    rows: sql`
      select d.* from newest n
           , lateral (select * from delivery d
                       where d.edition_id = ${editionId} and d.subscriber_id <= n.subscriber_id
                       order by d.subscriber_id desc
                       limit ${window * LOOKED_AT}) d`,
    newest: sql``,
  })
}

async function readFigures(
  db: Db,
  {
    editionId,
    since,
    window,
    ours,
    rows: looked,
    newest,
  }: {
    editionId: number
    since: Date | null
    window: number
    ours: number
    rows: RawBuilder<unknown>
    newest: RawBuilder<unknown>
  },
): Promise<Figures> {
  const from = sql`coalesce(${since}::timestamptz, '-infinity')`
  const { rows } = await sql<Figures>`
    with newest as (
      -- Of several, as mails that are tried again are not in the order of the walk.
      select d.cohort, d.subscriber_id
        from (select r.subscriber_id from returned r
               where r.edition_id = ${editionId} and r.verdict = 'ours' ${newest}
               order by r.id desc
               limit ${ours}) r
        join delivery d on (d.edition_id, d.subscriber_id) = (${editionId}, r.subscriber_id)
       order by d.subscriber_id desc
       limit 1
    ), answer as (
      select d.subscriber_id, d.state, d.bounced_at, d.outcome_at
        from (${looked}) d
       where d.state in ('accepted', 'rejected') and d.outcome_at >= ${from} or d.state = 'planned' and d.replies > 0
       order by d.subscriber_id desc
       limit ${window}
    ), said as (
      select a.*, (select max(r.at) from returned r
                    where r.subscriber_id = a.subscriber_id and r.edition_id = ${editionId} and r.verdict = 'ours') as at
        from answer a
    )
    select count(*) filter (where state <> 'planned' or at is null or at >= ${from}) as answers
         , count(*) filter (where at >= coalesce(outcome_at, ${from}) and (state <> 'accepted' or bounced_at is not null)) as ours
      from said`.execute(db)
  return rows[0] ?? { answers: 0, ours: 0 }
}
