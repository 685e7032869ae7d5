import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { SuppressionReason } from '../suppression/suppression-store.ts'

export type Page = { limit: number }

export type ReaderRow = {
  reader: number
  email: string
  state: string
  time_zone: string
  language: string
  /** HH:MM, the reader's own hour. */
  hour: string | null
  signed_up: Date
  confirmed: Date | null
  left: Date | null
  snoozed_until: Date | null
  /** "daily=daily;breaking=off" */
  newsletters: string
  topics: string
  attributes: Record<string, unknown>
  do_not_mail: SuppressionReason | null
}

/** Those after this reader who have an address and are in the audience, by their numbers. */
export async function listReaders(
  db: Db,
  { after, limit, where }: Page & { after: number; where: RawBuilder<boolean> },
): Promise<ReaderRow[]> {
  const { rows } = await sql<ReaderRow>`
    select s.id as reader, s.email, s.state, s.time_zone, s.language, to_char(s.digest_time, 'HH24:MI') as hour
         , s.created_at as signed_up, s.confirmed_at as confirmed, s.left_at as left, u.snoozed_until
         , coalesce(u.newsletters, '') as newsletters, coalesce(u.topics, '') as topics, s.attributes
         , case when p.reason is not null then p.reason when d.domain is not null then 'blocked' end as do_not_mail
      from (select * from subscriber s
             where s.id > ${after} and s.email is not null and ${where} order by s.id limit ${limit}) s
      left join suppression p on p.address_hash = s.address_hash
      left join suppressed_domain d on d.domain = s.domain
      left join lateral (
        select max(c.snoozed_until) as snoozed_until
             , string_agg(n.slug || '=' || c.cadence, ';' order by n.id) filter (where n.id is not null) as newsletters
             , string_agg(t.slug || '=' || c.cadence, ';' order by t.id) filter (where t.id is not null) as topics
          from subscription c
          left join newsletter n on n.id = c.newsletter_id
          left join topic t on t.id = c.topic_id
         where c.subscriber_id = s.id) u on true
     order by s.id`.execute(db)
  return rows
}

export type SuppressionRow = { address_hash: Buffer; reason: SuppressionReason; since: Date }

export async function listSuppressions(
  db: Db,
  { after, limit, reason }: Page & { after: Buffer; reason: string | null },
): Promise<SuppressionRow[]> {
  const { rows } = await sql<SuppressionRow>`
    select address_hash, reason, at as since
      from suppression
     where address_hash > ${after} and (${reason}::text is null or reason = ${reason})
     order by address_hash
     limit ${limit}`.execute(db)
  return rows
}

export type ConsentRow = {
  event: number
  at: Date
  reader: number
  kind: string
  newsletter: string | null
  topic: string | null
  cadence: string | null
  form: string
  form_version: string | null
  edition: number | null
  operator: string | null
  api_token: string | null
  import: number | null
  import_source: string | null
  stated_at: Date | null
}

export async function listConsent(
  db: Db,
  { after, limit, where }: Page & { after: number; where: RawBuilder<boolean> | null },
): Promise<ConsentRow[]> {
  const { rows } = await sql<ConsentRow>`
    select c.id as event, c.at, c.subscriber_id as reader, c.kind, n.slug as newsletter, t.slug as topic, c.cadence, c.form
         , c.form_version, c.edition_id as edition, o.name as operator, a.name as api_token, c.import_id as import
         , r.consent_source as import_source, c.stated_at
      from (select * from consent_event c
             where c.id > ${after}
               and ${where === null ? sql`true` : sql`exists (select from subscriber s where s.id = c.subscriber_id and ${where})`}
             order by c.id limit ${limit}) c
      left join newsletter n on n.id = c.newsletter_id
      left join topic t on t.id = c.topic_id
      left join operator o on o.id = c.operator_id
      left join api_token a on a.id = c.api_token_id
      left join import_run r on r.id = c.import_id
     order by c.id`.execute(db)
  return rows
}
