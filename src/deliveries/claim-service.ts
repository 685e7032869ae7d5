import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { isBeingCorrected } from '#editions/corrections/hold-store.ts'
import type { Claimed } from './claim-store.ts'

export type ServiceClaim = Claimed & {
  releaseAt: Date
  kind: string
  /** Null where the mail is made of an edition. */
  form: string | null
  /** The reader; null for mails to the house. */
  readerId: number | null
  payload: Record<string, unknown>
}

/**
 * Why a service mail must not be sent at this moment, or null. `m`, `s`, `p` are the mail, its reader and the
 * do-not-mail list's row of its address.
 *
 * An address is asked for its agreement even where it left, bounced or complained before: only its holder can lift
 * that. One that said "not me", or is blocked, is asked nothing. A link to a reader's own data follows a reader who
 * left, and never goes to an address that is not the reader's any more.
 */
export const serviceRefusal: RawBuilder<string | null> = sql`
  case when exists (select from suppressed_domain d where d.domain = lower(substring(m.recipient from '[^@]*$'))) then 'suppressed'
       when p.reason in ('asked', 'blocked') then 'suppressed'
       when m.kind = 'reminder' and s.state is distinct from 'pending' then 'already told'
       when m.kind in ('confirmation', 'reminder')
            or m.kind = 'address change' and not m.payload ? 'note' then null
       when m.kind in ('link', 'address change') and p.reason = 'left' then null
       when p.address_hash is not null then 'suppressed'
       when m.kind in ('welcome', 'latest') and s.state is distinct from 'active' then 'left'
       when m.kind = 'latest'
            and not exists (select from subscription u join edition e on e.newsletter_id = u.newsletter_id
                             where e.id = (m.payload ->> 'editionId')::bigint and u.subscriber_id = m.subscriber_id
                               and u.cadence <> 'off') then 'left'
       when m.kind = 'test'
            and m.payload ->> 'hash' is distinct from (select e.content_hash from edition e
                                                        where e.id = (m.payload ->> 'editionId')::bigint) then 'changed'
       when m.kind in ('welcome', 'latest', 'link') and m.address_hash is distinct from s.address_hash then 'moved'
  end`

/** Claims service mails that are due, and leaves out those that must not be sent any more. */
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
  // A mail to an address that is not the reader's yet belongs to the next version: its bounce says nothing about this one.
  const { rows } = await sql<ServiceClaim & { reason: string | null }>`
    with due as (
      select m.id
        from service_mail m
       where m.state = 'planned' and m.release_at <= ${now} and coalesce(m.retry_at, ${now}) <= ${now} and m.test = ${test}
         and not exists (select from restore_mark where held is not null)
         and not (m.kind = 'latest' and ${isBeingCorrected(sql`(m.payload ->> 'editionId')::bigint`)})
       order by m.release_at
       limit ${limit}
         for update skip locked
    ), fate as (
      select m.id, s.public_id
           , s.address_version + (m.kind = 'address change' and not m.payload ? 'note')::integer as address_version
           , case when m.not_after <= ${now} then 'expired' else ${serviceRefusal} end as reason
        from due join service_mail m using (id)
        left join subscriber s on s.id = m.subscriber_id
        left join suppression p on p.address_hash = m.address_hash
    ), claim as (
      update service_mail m
         set state = (case when f.reason is null then 'claimed' else 'excluded' end)::delivery_state
           , attempt = m.attempt + 1, address_version = coalesce(f.address_version, 0)
           , version = coalesce((select e.version from edition e
                                  where m.kind = 'latest' and e.id = (m.payload ->> 'editionId')::bigint), 1)
           , sender_id = ${senderId}
           , lease_until = case when f.reason is null then ${now}::timestamptz + make_interval(secs => ${leaseMs / 1000}) end
           , outcome_at = case when f.reason is not null then ${now}::timestamptz end
           , retry_at = null, reason = f.reason
        from fate f
       where m.id = f.id
      returning m.*, f.public_id
    )
    select 0 as "editionId", id as "subscriberId", attempt, replies, recipient as email, subscriber_id as "readerId"
         , coalesce(public_id, 0) as "publicId", address_version as "addressVersion", '{}'::integer[] as blocks, release_at as "releaseAt"
         , (extract(epoch from not_after) * 1000)::float8 as "notAfter", kind, form, payload, reason
      from claim order by id`.execute(db)
  return rows.filter((row) => row.reason === null)
}
