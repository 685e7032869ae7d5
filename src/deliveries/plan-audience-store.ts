import { type RawBuilder, sql } from 'kysely'
import type { AudienceRule } from '#editions/audience-rule.ts'
import { matchSegment } from '#subscribers/segments/segment-sql.ts'
import { hasWrongCopy } from './corrections/mended-store.ts'
import { type Range, within } from './plan-range.ts'

/**
 * A condition on the reader `s` with the subscription `u`: whether the edition's rule names them. Nothing is asked where that is the whole
 * newsletter. The range, where the readers are of one: the ledger of the edition that they got is read for each slice.
 */
export function isInAudience(
  rule: AudienceRule,
  { range, now }: { range?: Range; now: Date },
): RawBuilder<unknown> {
  if ('segment' in rule) return sql`and ${matchSegment(rule.filter, { now })}`
  if ('carried' in rule) return sql`and ${hasWrongCopy(rule, range)}`
  if ('edition' in rule) return sql`and s.id in (${whoGot(rule.edition, range)})`
  return sql``
}

/** Also those who joined after its audience was frozen and had it as a mail of their own. */
function whoGot(editionId: number, range?: Range): RawBuilder<unknown> {
  const cut = (id: RawBuilder<unknown>) =>
    range === undefined ? sql`` : sql`and ${within(range, id)}`
  return sql`
    select d.subscriber_id from delivery d
     where d.edition_id = ${editionId} and d.state in ('accepted', 'uncertain') ${cut(sql`d.subscriber_id`)}
     union all
    select m.subscriber_id from service_mail m
     where m.kind = 'latest' and (m.payload ->> 'editionId')::bigint = ${editionId}
       and m.state in ('accepted', 'uncertain') ${cut(sql`m.subscriber_id`)}`
}
