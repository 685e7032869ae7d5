import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Claimed } from './claim-store.ts'

export type ServiceClaim = Claimed & {
  releaseAt: Date
  kind: string
  form: string
  payload: Record<string, unknown>
}

/** Claims service mails that are due. A confirmation goes to somebody who is not a reader yet; nothing goes to a blocked address. */
export async function claimServiceMails(
  db: Db,
  {
    senderId,
    test,
    limit,
    leaseMs,
    now,
  }: { senderId: number; test: boolean; limit: number; leaseMs: number; now: Date },
): Promise<ServiceClaim[]> {
  const { rows } = await sql<ServiceClaim & { reason: string | null }>`
    with due as (
      select m.id
        from service_mail m
       where m.state = 'planned' and m.release_at <= ${now} and coalesce(m.retry_at, ${now}) <= ${now} and m.test = ${test}
         and not exists (select from restore_mark where held is not null)
       order by m.release_at
       limit ${limit}
         for update skip locked
    ), fate as (
      select m.id, s.public_id, s.address_version
           , case when m.not_after <= ${now} then 'expired'
                  when p.address_hash is not null then 'suppressed'
                  when m.kind = 'welcome' and s.state <> 'active' then 'left' end as reason
        from due join service_mail m using (id)
        left join subscriber s on s.id = m.subscriber_id
        left join suppression p on p.address_hash = m.address_hash
    ), claim as (
      update service_mail m
         set state = (case when f.reason is null then 'claimed' else 'excluded' end)::delivery_state
           , attempt = m.attempt + 1, version = 1, address_version = coalesce(f.address_version, 0)
           , sender_id = ${senderId}
           , lease_until = case when f.reason is null then ${now}::timestamptz + make_interval(secs => ${leaseMs / 1000}) end
           , outcome_at = case when f.reason is not null then ${now}::timestamptz end
           , retry_at = null, reason = f.reason
        from fate f
       where m.id = f.id
      returning m.*, f.public_id
    )
    select 0 as "editionId", id as "subscriberId", attempt, replies, recipient as email
         , coalesce(public_id, 0) as "publicId", address_version as "addressVersion", '{}'::integer[] as blocks, release_at as "releaseAt"
         , (extract(epoch from not_after) * 1000)::float8 as "notAfter", kind, form, payload, reason
      from claim order by id`.execute(db)
  return rows.filter((row) => row.reason === null)
}
