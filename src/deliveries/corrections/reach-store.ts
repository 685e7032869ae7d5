import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { CarriedRule } from '#editions/corrections/draft-correction.ts'
import { SINCE } from '#mail/digest-blocks.ts'
import { type Range, within } from '../plan-range.ts'

/**
 * Copies that may have the wrong text, or are just being handed over with it: `subscriber_id`, `state`. Of the edition's
 * own mails, and of those that who joined later got of it.
 */
function wrongCopies({ carried }: CarriedRule, range?: Range): RawBuilder<unknown> {
  const { editionId, upToVersion, position } = carried
  const places = sql`array[${position}::integer, ${position + SINCE}::integer]`
  const cut = (id: RawBuilder<unknown>) =>
    range === undefined ? sql`` : sql`and ${within(range, id)}`
  return sql`
    select d.subscriber_id, d.state from delivery d
     where d.edition_id = ${editionId} and d.state in ('accepted', 'uncertain', 'claimed') and d.version <= ${upToVersion}
       and exists (select from variant v
                    where v.edition_id = d.edition_id and v.id = d.variant and v.blocks && ${places})
       ${cut(sql`d.subscriber_id`)}
     union all
    select m.subscriber_id, m.state from service_mail m
     where m.kind = 'latest' and (m.payload ->> 'editionId')::bigint = ${editionId}
       and m.state in ('accepted', 'uncertain', 'claimed') and m.version <= ${upToVersion}
       and array(select block::integer from jsonb_array_elements_text(m.payload -> 'blocks') block) && ${places}
       ${cut(sql`m.subscriber_id`)}`
}

/** The readers of copies that may have had the wrong text: `subscriber_id`. */
export function hadItWrong(rule: CarriedRule, range?: Range): RawBuilder<unknown> {
  return sql`select subscriber_id from (${wrongCopies(rule, range)}) copy where state <> 'claimed'`
}

/** How many copies had it wrong, and how many of their readers can still be told. */
export type Reach = {
  copies: number
  uncertain: number
  reachable: number
  left: number
  /** Wrong copies that are being handed over at this moment; what tells of the correction waits for them. */
  leaving: number
}

const isReachable = sql`s.state = 'active' and u.cadence <> 'off' and p.address_hash is null`

export async function countReach(
  db: Db,
  { rule, newsletterId }: { rule: CarriedRule; newsletterId: number },
): Promise<Reach> {
  const { rows } = await sql<Reach>`
    select count(*) filter (where d.state <> 'claimed')::integer as copies
         , count(*) filter (where d.state = 'uncertain')::integer as uncertain
         , count(*) filter (where d.state <> 'claimed' and ${isReachable})::integer as reachable
         , count(*) filter (where d.state <> 'claimed' and not coalesce(${isReachable}, false))::integer as left
         , count(*) filter (where d.state = 'claimed')::integer as leaving
      from (${wrongCopies(rule)}) d
      left join subscriber s on s.id = d.subscriber_id
      left join subscription u on u.subscriber_id = d.subscriber_id and u.newsletter_id = ${newsletterId}
      left join suppression p on p.address_hash = s.address_hash
`.execute(db)
  return rows[0] ?? { copies: 0, uncertain: 0, reachable: 0, left: 0, leaving: 0 }
}

/**
 * A condition on an edition `e` that puts something right: wrong copies are being handed over at this moment, of which it is
 * not known yet whether their readers have them. Once a correction is accepted no further one begins.
 */
export const wrongCopiesLeave = sql`
  exists (select from correction_edition ce
           where (ce.told_by = e.id
                  or ce.correction_id in (select (line ->> 'correctionId')::bigint
                                            from jsonb_array_elements(case jsonb_typeof(e.draft -> 'corrections')
                                                                      when 'array' then e.draft -> 'corrections' else '[]' end) line))
             and (exists (select from delivery d
                           where d.edition_id = ce.edition_id and d.state = 'claimed' and d.version <= ce.version)
                  or exists (select from service_mail m
                              where m.kind = 'latest' and m.state = 'claimed' and m.version <= ce.version
                                and (m.payload ->> 'editionId')::bigint = ce.edition_id)))`

/** @throws Refusal */
export async function refuseWhileWrongCopiesLeave(db: Db, editionId: number): Promise<void> {
  const { rows } = await sql`
    select from edition e where e.id = ${editionId} and ${wrongCopiesLeave}`.execute(db)
  if (rows.length === 0) return
  throw new Refusal(
    `edition ${editionId} waits for mails that are being handed over with the wrong text, so that their readers are told too: send it in a minute`,
    { status: 409 },
  )
}
