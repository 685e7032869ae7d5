import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { BounceReason, Verdict } from '#mail/returned/returned.ts'
import type { RowKey } from '../outcome-store.ts'

/** One reply of a relay to a claimed row. */
export type Refusal = RowKey & {
  at: Date
  code: number
  reply: string
  status: string | null
  verdict: Verdict
  reason: BounceReason
}

export type AddedRefusal = {
  id: number
  editionId: number
  subscriberId: number
  version: number
  verdict: Verdict
  at: Date
}

/**
 * A row for each refusal whose delivery was just rejected, or planned again where it was about us; of a claim that is
 * another's by now, none.
 * Rows of edition 0 are service mails.
 * @returns those about a reader
 */
export async function addRefusals(db: Db, refusals: Refusal[]): Promise<AddedRefusal[]> {
  const list = <Name extends keyof Refusal>(name: Name) => refusals.map((row) => row[name])
  const { rows } = await sql<AddedRefusal>`
    with said as (
      select * from unnest(${list('editionId')}::bigint[], ${list('subscriberId')}::bigint[], ${list('attempt')}::integer[]
                         , ${list('at')}::timestamptz[], ${list('code')}::integer[], ${list('reply')}::text[]
                         , ${list('status')}::text[], ${list('verdict')}::text[], ${list('reason')}::text[])
        as o (edition_id, id, attempt, at, code, reply, status, verdict, reason)
    ), refused as (
      select o.*, d.subscriber_id, d.address_version, d.destination
        from said o
        join lateral (select * from delivery d
                       where d.edition_id = o.edition_id and d.subscriber_id = o.id) d on d.attempt = o.attempt
       where (d.state = 'rejected' or d.state = 'planned' and o.verdict = 'ours') and o.edition_id <> 0
       union all
      select o.*, m.subscriber_id, m.address_version, null
        from said o
        join service_mail m on m.id = o.id and m.attempt = o.attempt
       where (m.state = 'rejected' or m.state = 'planned' and o.verdict = 'ours') and o.edition_id = 0
    ), added as (
      insert into returned (at, channel, event_key, kind, verdict, reason, status, code, reply
                          , edition_id, subscriber_id, address_version, destination, effect, handled_at)
      select at, 'reply', concat_ws('/', edition_id, id, attempt), 'bounce', verdict, reason, status, code, reply
           , edition_id, subscriber_id, address_version, destination
           , case verdict when 'ours' then 'about us' when 'ignore' then 'nothing' else 'refused' end, at
        from refused
      on conflict (channel, event_key) do nothing
      returning id, edition_id, subscriber_id, address_version, verdict, at
    )
    select id, edition_id as "editionId", subscriber_id as "subscriberId", address_version as version, verdict, at
      from added
     where subscriber_id is not null
     order by subscriber_id`.execute(db)
  return rows
}

/** These put their readers on the do-not-mail list. */
export async function noteListed(db: Db, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`update returned set effect = 'do-not-mail list' where id = any(${ids}::bigint[])`.execute(
    db,
  )
}
