import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type OwnReader = {
  number: number
  numberInLinks: number
  email: string | null
  addressVersion: number
  state: string
  timeZone: string
  language: string
  ownHour: string | null
  attributes: Record<string, string | number>
  signedUpAt: Date
  confirmedAt: Date | null
  unsubscribedAt: Date | null
}

export async function findOwnReader(db: Db, id: number): Promise<OwnReader | undefined> {
  const { rows } = await sql<OwnReader>`
    select id as number, public_id as "numberInLinks", email, address_version as "addressVersion", state
         , time_zone as "timeZone", language, digest_time::text as "ownHour", attributes
         , created_at as "signedUpAt", confirmed_at as "confirmedAt", left_at as "unsubscribedAt"
      from subscriber where id = ${id}`.execute(db)
  return rows[0]
}

export type OwnChoice = {
  newsletter: string | null
  topic: string | null
  cadence: string
  pausedUntil: Date | null
  changedAt: Date
}

export async function listOwnChoices(db: Db, id: number): Promise<OwnChoice[]> {
  const { rows } = await sql<OwnChoice>`
    select n.name as newsletter, t.name as topic, u.cadence, u.snoozed_until as "pausedUntil", u.changed_at as "changedAt"
      from subscription u
      left join newsletter n on n.id = u.newsletter_id
      left join topic t on t.id = u.topic_id
     where u.subscriber_id = ${id}
     order by u.id
     limit 10000`.execute(db)
  return rows
}

export async function listOwnMutes(
  db: Db,
  id: number,
): Promise<{ headline: string | null; until: Date }[]> {
  const { rows } = await sql<{ headline: string | null; until: Date }>`
    select r.headline, m.until
      from story_mute m
      left join story_article l on l.story_id = m.story_id and l.lead
      left join article a on a.id = l.article_id
      left join article_revision r on r.article_id = a.id and r.revision = a.current_revision
     where m.subscriber_id = ${id}
     order by m.until desc
     limit 10000`.execute(db)
  return rows
}

export async function findOwnSuppression(
  db: Db,
  id: number,
): Promise<{ reason: string; since: Date } | undefined> {
  const { rows } = await sql<{ reason: string; since: Date }>`
    select p.reason, p.at as since
      from subscriber s join suppression p on p.address_hash = s.address_hash
     where s.id = ${id}`.execute(db)
  return rows[0]
}

export type OwnDelivery = {
  edition: number
  newsletter: string
  subject: string
  state: string
  reason: string | null
  releaseAt: Date
  outcomeAt: Date | null
  cameBackAt: Date | null
  reportedAsSpamAt: Date | null
  relayId: string | null
  reply: string | null
}

/** Newest first; by the keys of the editions, since a reader's rows have no index. */
export async function listOwnDeliveries(
  db: Db,
  { id, limit }: { id: number; limit: number },
): Promise<OwnDelivery[]> {
  const { rows } = await sql<OwnDelivery>`
    select e.id as edition, n.name as newsletter, e.subject, d.state, d.reason, d.release_at as "releaseAt"
         , d.outcome_at as "outcomeAt", d.bounced_at as "cameBackAt", d.complained_at as "reportedAsSpamAt"
         , d.relay_id as "relayId", d.reply
      from edition e
      join newsletter n on n.id = e.newsletter_id
      join lateral (select * from delivery d where d.edition_id = e.id and d.subscriber_id = ${id}) d on true
     order by e.id desc
     limit ${limit}`.execute(db)
  return rows
}

export type OwnServiceMail = {
  kind: string
  to: string
  subject: string | null
  state: string
  reason: string | null
  releaseAt: Date
  outcomeAt: Date | null
  relayId: string | null
  reply: string | null
  about: Record<string, unknown>
}

export async function listOwnServiceMails(
  db: Db,
  { id, limit }: { id: number; limit: number },
): Promise<OwnServiceMail[]> {
  const { rows } = await sql<OwnServiceMail>`
    select m.kind, m.recipient as to, f.subject, m.state, m.reason, m.release_at as "releaseAt", m.outcome_at as "outcomeAt"
         , m.relay_id as "relayId", m.reply, m.payload as about
      from service_mail m left join service_form f on f.content_hash = m.form
     where m.subscriber_id = ${id}
     order by m.id desc
     limit ${limit}`.execute(db)
  return rows
}

export type OwnReturn = {
  at: Date
  kind: string
  verdict: string | null
  reason: string | null
  reply: string | null
  edition: number | null
  effect: string | null
  words: Record<string, unknown>
}

/** What came back from the mailbox: bounces, complaints, and what the reader wrote. */
export async function listOwnReturns(
  db: Db,
  { id, limit }: { id: number; limit: number },
): Promise<OwnReturn[]> {
  const { rows } = await sql<OwnReturn>`
    select at, kind, verdict, reason, reply, nullif(edition_id, 0) as edition, effect, payload as words
      from returned where subscriber_id = ${id}
     order by id desc
     limit ${limit}`.execute(db)
  return rows
}

export type OwnSignUp = {
  at: Date
  email: string
  newsletters: string[]
  topics: string[]
  timeZone: string
  language: string
  attributes: Record<string, string | number>
  form: string
  formVersion: string
  network: string | null
}

/** What a form asked for with this address and nobody has looked at yet. */
export async function listOwnSignUps(db: Db, id: number): Promise<OwnSignUp[]> {
  const { rows } = await sql<OwnSignUp>`
    select u.at, u.email, u.newsletters, u.topics, u.time_zone as "timeZone", u.language, u.attributes, u.form
         , u.form_version as "formVersion", u.network
      from sign_up u join subscriber s on lower(s.email) = lower(u.email)
     where s.id = ${id}
     order by u.id
     limit 1000`.execute(db)
  return rows
}

export type OwnClick = { at: Date; edition: number; position: number; program: string }

/** Clicks of the last two days, found by the hash that stands for this reader in each of these editions. */
export async function listOwnClicks(
  db: Db,
  hashes: { editionId: number; reader: string }[],
): Promise<OwnClick[]> {
  const { rows } = await sql<OwnClick>`
    select k.at, k.edition_id as edition, k.position, k.agent as program
      from unnest(${hashes.map(({ editionId }) => editionId)}::bigint[], ${hashes.map(({ reader }) => reader)}::text[])
             as o (edition_id, reader)
      join click_raw k on k.edition_id = o.edition_id and k.reader = decode(o.reader, 'hex')
     order by k.at
     limit 10000`.execute(db)
  return rows
}
