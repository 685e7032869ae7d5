import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { CarriedRule } from '#editions/corrections/draft-correction.ts'
import { SINCE } from '#mail/digest-blocks.ts'

/** A condition on a row `d` of the ledger: its reader's copy may have had the wrong text. */
export function hadItWrong({ carried }: CarriedRule): RawBuilder<unknown> {
  const { editionId, upToVersion, position } = carried
  return sql`
    d.edition_id = ${editionId} and d.state in ('accepted', 'uncertain') and d.version <= ${upToVersion}
    and exists (select from variant v
                 where v.edition_id = d.edition_id and v.id = d.variant
                   and v.blocks && array[${position}::integer, ${position + SINCE}::integer])`
}

/** How many copies had it wrong, and how many of their readers can still be told. */
export type Reach = { copies: number; uncertain: number; reachable: number; left: number }

export async function countReach(
  db: Db,
  { rule, newsletterId }: { rule: CarriedRule; newsletterId: number },
): Promise<Reach> {
  const { rows } = await sql<Reach>`
    select count(*)::integer as copies
         , count(*) filter (where d.state = 'uncertain')::integer as uncertain
         , count(*) filter (where s.state = 'active' and u.cadence <> 'off' and p.address_hash is null)::integer as reachable
         , count(*) filter (where not coalesce(s.state = 'active' and u.cadence <> 'off' and p.address_hash is null, false))::integer as left
      from delivery d
      left join subscriber s on s.id = d.subscriber_id
      left join subscription u on u.subscriber_id = d.subscriber_id and u.newsletter_id = ${newsletterId}
      left join suppression p on p.address_hash = s.address_hash
     where ${hadItWrong(rule)}`.execute(db)
  return rows[0] ?? { copies: 0, uncertain: 0, reachable: 0, left: 0 }
}
