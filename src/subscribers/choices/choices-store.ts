import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Cadence } from '../consent/consent-store.ts'
import type { NewsletterChoice, Overview, TopicChoice } from './choice.ts'

type Reader = Pick<
  Overview,
  'publicId' | 'state' | 'email' | 'addressVersion' | 'timeZone' | 'language' | 'hour' | 'closed'
>

/** A reader who confirmed once and was not erased. */
export async function findReader(db: Db, subscriberId: number): Promise<Reader | undefined> {
  const { rows } = await sql<Reader>`
    select s.public_id as "publicId", s.state, s.email, s.address_version as "addressVersion"
         , s.time_zone as "timeZone", s.language, to_char(s.digest_time, 'HH24:MI') as hour
         , s.state in ('bounced', 'complained')
           or coalesce(p.reason in ('bounced', 'complained', 'asked', 'blocked'), false)
           or exists (select from suppressed_domain d where d.domain = s.domain) as closed
      from subscriber s
      left join suppression p on p.address_hash = s.address_hash
     where s.id = ${subscriberId} and s.state <> 'pending' and s.email is not null`.execute(db)
  return rows[0]
}

export async function listNewsletterChoices(
  db: Db,
  subscriberId: number,
): Promise<(Omit<NewsletterChoice, 'options'> & { snoozedUntil: Date | null })[]> {
  const { rows } = await sql<Omit<NewsletterChoice, 'options'> & { snoozedUntil: Date | null }>`
    select n.id, n.slug, n.name, n.description, n.kind, n.cadence as rhythm
         , to_char(n.local_time, 'HH24:MI') as "localTime", n.weekly_day as "weeklyDay"
         , coalesce(u.cadence, 'off') as cadence, coalesce(u.updates, false) as updates
         , u.snoozed_until as "snoozedUntil"
      from newsletter n
      left join subscription u on u.newsletter_id = n.id and u.subscriber_id = ${subscriberId}
     order by n.id
     limit 200`.execute(db)
  return rows
}

/** The topics that are offered, and those that the reader chose before. */
export async function listTopicChoices(db: Db, subscriberId: number): Promise<TopicChoice[]> {
  const { rows } = await sql<TopicChoice>`
    select t.id, t.slug, t.name, u.cadence
      from (select id from topic where offered
             union select topic_id from subscription where subscriber_id = ${subscriberId} and topic_id is not null) shown
      join topic t on t.id = shown.id
      left join subscription u on u.topic_id = t.id and u.subscriber_id = ${subscriberId}
     order by lower(t.name), t.id
     limit 500`.execute(db)
  return rows
}

/** A pause that is on counts for what is turned on meanwhile. */
export async function putNewsletter(
  db: Db,
  {
    subscriberId,
    newsletterId,
    cadence,
    snoozedUntil,
    now,
  }: {
    subscriberId: number
    newsletterId: number
    cadence: Cadence
    snoozedUntil: Date | null
    now: Date
  },
): Promise<void> {
  await sql`
    insert into subscription (subscriber_id, newsletter_id, cadence, snoozed_until, changed_at)
    values (${subscriberId}, ${newsletterId}, ${cadence}, ${snoozedUntil}, ${now})
    on conflict (newsletter_id, subscriber_id) do update
       set cadence = excluded.cadence, snoozed_until = excluded.snoozed_until, changed_at = excluded.changed_at`.execute(
    db,
  )
}

/** Nothing where the reader has no choice of that newsletter yet. */
export async function putUpdates(
  db: Db,
  {
    subscriberId,
    newsletterId,
    updates,
  }: { subscriberId: number; newsletterId: number; updates: boolean },
): Promise<void> {
  await sql`
    update subscription set updates = ${updates}
     where subscriber_id = ${subscriberId} and newsletter_id = ${newsletterId}`.execute(db)
}

/** Null: as if the reader had never chosen. */
export async function putTopic(
  db: Db,
  {
    subscriberId,
    topicId,
    cadence,
    now,
  }: { subscriberId: number; topicId: number; cadence: Cadence | null; now: Date },
): Promise<void> {
  if (cadence === null) {
    await sql`
      delete from subscription where subscriber_id = ${subscriberId} and topic_id = ${topicId}`.execute(
      db,
    )
    return
  }
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    values (${subscriberId}, ${topicId}, ${cadence}, ${now})
    on conflict (topic_id, subscriber_id) do update
       set cadence = excluded.cadence, changed_at = excluded.changed_at`.execute(db)
}

export async function putSettings(
  db: Db,
  {
    subscriberId,
    hour,
    timeZone,
    language,
  }: { subscriberId: number } & Pick<Overview, 'hour' | 'timeZone' | 'language'>,
): Promise<void> {
  await sql`
    update subscriber set digest_time = ${hour}, time_zone = ${timeZone}, language = ${language}
     where id = ${subscriberId}`.execute(db)
}

/** Null ends the pause. */
export async function putSnooze(
  db: Db,
  { subscriberId, until }: { subscriberId: number; until: Date | null },
): Promise<void> {
  await sql`
    update subscription set snoozed_until = ${until}
     where subscriber_id = ${subscriberId} and newsletter_id is not null`.execute(db)
}

/** When newsletters of this reader were last turned off that still are, for an undo. */
export async function findLeftAt(db: Db, subscriberId: number): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(changed_at) as at from subscription
     where subscriber_id = ${subscriberId} and newsletter_id is not null and cadence = 'off'
       and cadence_before is not null`.execute(db)
  return rows[0]?.at ?? undefined
}
