import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { CORRECTION } from '#mail/digest-blocks.ts'
import type { CarriedRule } from '#editions/corrections/draft-correction.ts'
import type { Range } from '../plan-range.ts'
import { hadItWrong } from './reach-store.ts'

/** A line of correction in an edition, and the copies that had it wrong. */
export type Mended = CarriedRule & { line: number }

/** What the edition puts right in a line, for every earlier edition that had it wrong. */
export async function listMended(db: Db, { editionId }: { editionId: number }): Promise<Mended[]> {
  const { rows } = await sql<Mended>`
    select (line.number - 1)::integer as line
         , jsonb_build_object('editionId', c.edition_id, 'upToVersion', c.version, 'position', c.position
                            , 'correctionId', c.correction_id) as carried
      from edition e
     cross join lateral jsonb_array_elements(coalesce(e.draft -> 'corrections', '[]')) with ordinality as line (entry, number)
      join correction_edition c on c.correction_id = (line.entry ->> 'correctionId')::bigint
     where e.id = ${editionId}
     order by line.number, c.edition_id
     limit 1000`.execute(db)
  return rows
}

/** Readers of the range who had something wrong, and the blocks that say so. */
export function mendedPart(mended: readonly Mended[], range: Range): RawBuilder<unknown> {
  const copies = mended.map(
    (one) => sql`
        select subscriber_id, ${CORRECTION + one.line}::integer as block from (${hadItWrong(one, range)}) reader`,
  )
  return sql`
    , mended as materialized (
      select subscriber_id, array_agg(distinct block order by block) as blocks
        from (${sql.join(copies, sql` union all `)}) copy
       group by subscriber_id
    )`
}

/** A condition on the subscription `u`: its reader has a copy that was wrong. */
export function hasWrongCopy(rule: CarriedRule, range?: Range): RawBuilder<unknown> {
  return sql`u.subscriber_id in (${hadItWrong(rule, range)})`
}

/** Whether the reader of `u` is told of the same correction by another mail of it. */
export function toldByAnother({ carried }: CarriedRule, editionId: number): RawBuilder<unknown> {
  return sql`
    exists (select from correction_edition ce
              join delivery t on t.edition_id = ce.told_by and t.subscriber_id = u.subscriber_id
             where ce.correction_id = ${carried.correctionId} and ce.told_by <> ${editionId}
               and t.state <> 'excluded')`
}
