import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** What asks an unknown person for an answer: an address gets at most one a day, and three until it confirms. */
export type LimitedMail = {
  kind: 'confirmation' | 'reminder' | 'address change'
  subscriberId: number
  recipient: string
  addressHash: Buffer
  /** Of the address without case, tags and dots. */
  limitHash: Buffer
  form: string
  payload: object
  test: boolean
  now: Date
}

/**
 * One at a time for each of these until the end of the transaction: two requests at once would each be the first of the
 * day. Locked in the order of the hashes, so that two batches cannot deadlock.
 */
export async function lockLimits(db: Db, limitHashes: readonly Buffer[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended('daybreak limit ' || encode(hash, 'hex'), 0))
      from (select distinct hash from unnest(${[...limitHashes]}::bytea[]) hash order by hash) ordered`.execute(
    db,
  )
}

/**
 * The mail, unless its address had one in the last day, or three since it last confirmed. The caller holds the lock of
 * its limit.
 * @returns whether it is planned
 */
export async function planLimited(db: Db, mail: LimitedMail): Promise<boolean> {
  const { addressHash, limitHash, now } = mail
  // A mail from before limits had a hash of their own is counted by its address.
  const { rows } = await sql`
    with asked as (
      select subscriber_id, release_at from service_mail where limit_hash = ${limitHash}
       union all
      select subscriber_id, release_at from service_mail
       where address_hash = ${addressHash} and kind = 'confirmation' and limit_hash is null
    ), proven as (
      select max(c.at) as at from consent_event c
       where c.subscriber_id in (select subscriber_id from asked) and c.kind in ('confirmed', 'address changed')
    )
    insert into service_mail (kind, subscriber_id, recipient, address_hash, limit_hash, form, payload, test
                            , release_at, not_after)
    select ${mail.kind}, ${mail.subscriberId}, ${mail.recipient}, ${addressHash}, ${limitHash}, ${mail.form}
         , ${JSON.stringify(mail.payload)}::jsonb, ${mail.test}, ${now}::timestamptz
         , ${now}::timestamptz + interval '24 hours'
     where not exists (select from asked where release_at > ${now}::timestamptz - interval '24 hours')
       and (select count(*) from asked
             where release_at > coalesce((select at from proven), '-infinity')) < 3
    on conflict (subscriber_id) where kind = 'reminder' do nothing
    returning id`.execute(db)
  return rows.length > 0
}

/** A mail to a reader's own address. */
export type OwnMail = {
  kind: 'welcome' | 'link' | 'address change'
  subscriberId: number
  form: string
  payload: object
  /** Milliseconds after which it is too late. */
  lifeMs: number
  test: boolean
  now: Date
}

/** How often such a mail goes to one reader. */
export type Seldom = { most: number; withinMs: number }[]

/**
 * The mail, unless the reader had as many of its kind and purpose lately. The caller holds the reader's row.
 * @returns whether it is planned
 */
export async function planOwn(db: Db, mail: OwnMail, seldom: Seldom): Promise<boolean> {
  const { kind, subscriberId, payload, now } = mail
  const purpose = JSON.stringify('for' in payload ? { for: payload.for } : {})
  const { rows } = await sql`
    insert into service_mail (kind, subscriber_id, recipient, address_hash, form, payload, test, release_at, not_after)
    select ${kind}, s.id, s.email, s.address_hash, ${mail.form}, ${JSON.stringify(payload)}::jsonb, ${mail.test}
         , ${now}::timestamptz, ${now}::timestamptz + make_interval(secs => ${mail.lifeMs / 1000})
      from subscriber s
     where s.id = ${subscriberId} and s.email is not null
       and not exists (
         select from unnest(${seldom.map(({ most }) => most)}::integer[]
                          , ${seldom.map(({ withinMs }) => withinMs / 1000)}::float8[]) as o (most, seconds)
          where (select count(*) from service_mail m
                  where m.subscriber_id = s.id and m.kind = ${kind} and m.payload @> ${purpose}::jsonb
                    and m.release_at > ${now}::timestamptz - make_interval(secs => o.seconds)) >= o.most)
    returning id`.execute(db)
  return rows.length > 0
}
