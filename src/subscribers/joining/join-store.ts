import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Attributes } from './attributes.ts'

/** A reader who agrees is active, whatever stopped the mails before. */
export async function admitSubscriber(
  db: Db,
  { id, now }: { id: number; now: Date },
): Promise<void> {
  await sql`
    update subscriber
       set state = 'active', confirmed_at = coalesce(confirmed_at, ${now}), left_at = null
     where id = ${id} and state <> 'erased'`.execute(db)
}

/** A topic that the reader follows already stays as it is. */
export async function followTopics(
  db: Db,
  { subscriberId, topicIds, now }: { subscriberId: number; topicIds: number[]; now: Date },
): Promise<void> {
  if (topicIds.length === 0) return
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select ${subscriberId}, t.id, 'daily', ${now} from topic t where t.id = any(${topicIds})
    on conflict (topic_id, subscriber_id) do update
       set cadence = excluded.cadence, changed_at = excluded.changed_at
     where subscription.cadence = 'off'`.execute(db)
}

export type OfferedTopic = { id: number; slug: string; name: string }

/** What readers are offered, by name. */
export async function listOfferedTopics(db: Db): Promise<OfferedTopic[]> {
  const { rows } = await sql<OfferedTopic>`
    select id, slug, name from topic where offered order by lower(name), id limit 200`.execute(db)
  return rows
}

export async function findTopics(
  db: Db,
  slugs: string[],
): Promise<{ id: number; slug: string; offered: boolean }[]> {
  if (slugs.length === 0) return []
  const { rows } = await sql<{ id: number; slug: string; offered: boolean }>`
    select id, slug, offered from topic where slug = any(${slugs}) order by id`.execute(db)
  return rows
}

/** What is named anew replaces what was said before. */
export async function putAttributes(
  db: Db,
  { subscriberId, attributes }: { subscriberId: number; attributes: Attributes },
): Promise<void> {
  if (Object.keys(attributes).length === 0) return
  await sql`
    update subscriber set attributes = attributes || ${JSON.stringify(attributes)}::jsonb
     where id = ${subscriberId}`.execute(db)
}

/** A confirmation or reminder by its number, and what became of its reader since. */
export type Asked = {
  releaseAt: Date
  newsletterIds: number[]
  topicIds: number[] | null
  language: string | null
  attributes: Attributes | null
  /** Its address must not be mailed, in a way that no reader lifts. */
  closed: boolean
  /** The reader left, complained or was erased after it was made. */
  leftSince: boolean
  /** All of it was confirmed since. */
  done: boolean
}

export async function findAsked(
  db: Db,
  { mailId, subscriberId }: { mailId: number; subscriberId: number },
): Promise<Asked | undefined> {
  const { rows } = await sql<Asked>`
    select m.release_at as "releaseAt", m.payload -> 'newsletterIds' as "newsletterIds"
         , m.payload -> 'topicIds' as "topicIds", m.payload ->> 'language' as language
         , m.payload -> 'attributes' as attributes
         , coalesce(p.reason in ('asked', 'blocked'), false)
           or exists (select from suppressed_domain d where d.domain = s.domain) as closed
         , coalesce(p.reason not in ('asked', 'blocked', 'bounced') and p.at >= m.release_at, false)
           or exists (select from consent_event c
                       where c.subscriber_id = s.id and c.kind = 'left' and c.at >= m.release_at) as "leftSince"
         , s.state = 'active'
           and not exists (select from jsonb_array_elements_text(m.payload -> 'newsletterIds') wanted
                            where not exists (select from consent_event c
                                               where c.subscriber_id = s.id and c.kind = 'confirmed'
                                                 and c.newsletter_id = wanted::bigint
                                                 and c.at >= m.release_at)) as done
      from service_mail m
      join subscriber s on s.id = m.subscriber_id
      left join suppression p on p.address_hash = s.address_hash
     where m.id = ${mailId} and m.subscriber_id = ${subscriberId} and m.kind in ('confirmation', 'reminder')
       and m.address_hash = s.address_hash`.execute(db)
  return rows[0]
}

/** Whether the reader, new a moment ago, is being sent the latest edition. */
export async function isLatestComing(
  db: Db,
  { subscriberId, now }: { subscriberId: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from service_mail
     where subscriber_id = ${subscriberId} and kind = 'latest' and state not in ('excluded', 'rejected')
       and release_at > ${now}::timestamptz - interval '1 hour'
     limit 1`.execute(db)
  return rows.length > 0
}

export async function listTopicsById(
  db: Db,
  ids: number[],
): Promise<(OfferedTopic & { offered: boolean })[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<OfferedTopic & { offered: boolean }>`
    select id, slug, name, offered from topic where id = any(${ids}) order by lower(name), id limit 200`.execute(
    db,
  )
  return rows
}

export async function listNewsletterSlugs(db: Db, ids: number[]): Promise<string[]> {
  const { rows } = await sql<{ slug: string }>`
    select slug from newsletter where id = any(${ids}) order by id limit 200`.execute(db)
  return rows.map(({ slug }) => slug)
}
