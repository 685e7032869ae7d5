import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { ConsentKind } from '#subscribers/consent/consent-store.ts'
import type { MailRow } from './mail-words.ts'

export type ReaderRow = {
  id: number
  state: 'pending' | 'active' | 'left' | 'bounced' | 'complained' | 'erased'
  email: string
  timeZone: string
  language: string
  /** HH:MM of the reader's own, where one was chosen. */
  ownHour: string | null
  createdAt: Date
  confirmedAt: Date | null
  leftAt: Date | null
  domainClosedAt: Date | null
}

export async function findReaderRow(db: Db, addressHash: Buffer): Promise<ReaderRow | undefined> {
  const { rows } = await sql<ReaderRow>`
    select s.id, s.state, s.email, s.time_zone as "timeZone", s.language, to_char(s.digest_time, 'HH24:MI') as "ownHour"
         , s.created_at as "createdAt", s.confirmed_at as "confirmedAt", s.left_at as "leftAt", x.at as "domainClosedAt"
      from subscriber s left join suppressed_domain x on x.domain = s.domain
     where s.address_hash = ${addressHash}`.execute(db)
  return rows[0]
}

export type ChoiceRow = {
  what: 'newsletter' | 'topic'
  name: string
  cadence: 'instant' | 'daily' | 'weekly' | 'off'
  changedAt: Date
  snoozedUntil: Date | null
}

/** Newsletters first. */
export async function listChoices(db: Db, readerId: number): Promise<ChoiceRow[]> {
  const { rows } = await sql<ChoiceRow>`
    select case when n.id is null then 'topic' else 'newsletter' end as what, coalesce(n.name, t.name) as name
         , u.cadence, u.changed_at as "changedAt", u.snoozed_until as "snoozedUntil"
      from subscription u
      left join newsletter n on n.id = u.newsletter_id
      left join topic t on t.id = u.topic_id
     where u.subscriber_id = ${readerId}
     order by n.id nulls last, t.name
     limit 300`.execute(db)
  return rows
}

export type ConsentRow = {
  at: Date
  kind: ConsentKind
  about: string | null
  cadence: string | null
  form: string
  edition: number | null
}

/** The newest. */
export async function listConsent(
  db: Db,
  { readerId, limit }: { readerId: number; limit: number },
): Promise<ConsentRow[]> {
  const { rows } = await sql<ConsentRow>`
    select c.at, c.kind, coalesce(n.name, t.name) as about, c.cadence, c.form, c.edition_id as edition
      from consent_event c
      left join newsletter n on n.id = c.newsletter_id
      left join topic t on t.id = c.topic_id
     where c.subscriber_id = ${readerId}
     order by c.id desc
     limit ${limit}`.execute(db)
  return rows
}

const editionMail = (readerId: number): RawBuilder<unknown> => sql`
    select e.id as edition, e.kind, n.name as newsletter, e.subject, d.state, d.release_at as "releaseAt"
         , d.not_after as "notAfter", d.retry_at as "retryAt", d.outcome_at as "outcomeAt", d.relay_id as "relayId"
         , d.reply, d.reason, e.test, d.complained_at as "complainedAt", d.bounced_at as "bouncedAt"
         , e.state as "editionState", e.state_reason as "editionReason"
         , r.reason as "returnReason", r.reply as "returnReply", u.snoozed_until as "snoozedUntil"
      from edition e
      join newsletter n on n.id = e.newsletter_id
      join delivery d on d.edition_id = e.id and d.subscriber_id = ${readerId}
      left join subscription u on u.newsletter_id = e.newsletter_id and u.subscriber_id = d.subscriber_id
      left join lateral (select r.reason, r.reply from returned r
                          where r.subscriber_id = d.subscriber_id and r.edition_id = e.id and r.kind = 'bounce'
                          order by r.id desc limit 1) r on true`

export async function findEditionMail(
  db: Db,
  { readerId, editionId }: { readerId: number; editionId: number },
): Promise<MailRow | undefined> {
  const { rows } = await sql<MailRow>`${editionMail(readerId)} where e.id = ${editionId}`.execute(
    db,
  )
  return rows[0]
}

/** The newest of editions. The ledger is read by edition and reader, its key, never by reader alone. */
export async function listEditionMails(
  db: Db,
  { readerId, limit }: { readerId: number; limit: number },
): Promise<MailRow[]> {
  const { rows } = await sql<MailRow>`
    ${editionMail(readerId)} order by e.id desc limit ${limit}`.execute(db)
  return rows
}

/** The newest outside of editions: confirmations, welcomes, links. */
export async function listServiceMails(
  db: Db,
  { readerId, limit }: { readerId: number; limit: number },
): Promise<MailRow[]> {
  const { rows } = await sql<MailRow>`
    select null::bigint as edition, m.kind, null as newsletter, coalesce(f.subject, '') as subject, m.state
         , m.release_at as "releaseAt", m.not_after as "notAfter", m.retry_at as "retryAt", m.outcome_at as "outcomeAt"
         , m.relay_id as "relayId", m.reply, m.reason, m.test, null::timestamptz as "complainedAt", r.at as "bouncedAt"
         , null as "editionState", null as "editionReason", r.reason as "returnReason", r.reply as "returnReply"
         , null::timestamptz as "snoozedUntil"
      from service_mail m
      left join service_form f on f.content_hash = m.form
      left join lateral (select r.at, r.reason, r.reply from returned r
                          where r.subscriber_id = m.subscriber_id and r.edition_id = 0 and r.kind = 'bounce'
                            and m.state = 'accepted' and r.relay_id = m.relay_id
                          order by r.id desc limit 1) r on true
     where m.subscriber_id = ${readerId}
     order by m.id desc
     limit ${limit}`.execute(db)
  return rows
}
