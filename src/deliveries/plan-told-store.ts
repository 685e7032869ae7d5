import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { type Range, within } from './plan-range.ts'
import type { Plan } from './plan-store.ts'

// What readers were told before, by which editions: decided when an edition is planned, reader by reader.

export type Tellers = { all: number[]; alerts: number[] }

export const NO_TELLERS: Tellers = { all: [], alerts: [] }

/** Days a newsletter's rhythm covers; who gets more often is told less at a time. */
const period = (of: string) =>
  sql`case ${sql.ref(of)} when 'daily' then 1 when 'weekly' then 7 else 31 end`

/**
 * Earlier editions that told one of these stories: this newsletter's own; where it demotes what was told elsewhere,
 * alerts, and digests of the same or a longer rhythm. A weekly digest is a recap: what a daily one told is still told.
 * In the built-in inbox alerts of the built-in inbox count.
 */
export async function listTellers(db: Db, plan: Plan): Promise<Tellers> {
  const { rows } = await sql<{ id: number; alert: boolean }>`
    select distinct b.id, b.kind = 'alert' as alert
      from edition_story es
      join edition_story earlier on earlier.story_id = es.story_id and earlier.edition_id <> es.edition_id
      join edition b on b.id = earlier.edition_id
      join newsletter bn on bn.id = b.newsletter_id
      join newsletter n on n.id = ${plan.newsletterId}
     where es.edition_id = ${plan.editionId} and b.kind in ('digest', 'alert')
       and (not b.test or (b.kind = 'alert' and ${plan.test}))
       and (bn.id = n.id
            or n.told = 'demote' and (b.kind = 'alert' or ${period('bn.cadence')} >= ${period('n.cadence')}))`.execute(
    db,
  )
  return {
    all: rows.map(({ id }) => id),
    alerts: rows.filter(({ alert }) => alert).map(({ id }) => id),
  }
}

/** Stories with a line of what is new since an alert. */
export async function listSince(db: Db, { editionId }: Plan): Promise<number[]> {
  const { rows } = await sql<{ position: number }>`
    select position from edition_story where edition_id = ${editionId} and since order by position`.execute(
    db,
  )
  return rows.map(({ position }) => position)
}

export function toldPart({
  plan,
  range,
  told,
}: {
  plan: Plan
  range: Range
  told: Tellers
}): RawBuilder<unknown> {
  return sql`
    , told as materialized (
      select d.subscriber_id, array_agg(es.position) as blocks
           , array_agg(es.position) filter (where d.edition_id = any(${told.alerts}::bigint[])) as alerted
        from delivery d
        join variant v on v.edition_id = d.edition_id and v.id = d.variant
        join edition_story earlier on earlier.edition_id = d.edition_id and earlier.position = any(v.blocks)
        join edition_story es on es.edition_id = ${plan.editionId} and es.story_id = earlier.story_id
       where d.edition_id = any(${told.all}::bigint[]) and ${within(range, sql`d.subscriber_id`)}
         and d.state in ('accepted', 'uncertain')
       group by d.subscriber_id
    )`
}
