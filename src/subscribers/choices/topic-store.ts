import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type TopicRow = {
  slug: string
  name: string
  offered: boolean
  /** Received within 30 days. */
  articles: number
  /** Readers who chose it as anything but "never". */
  followers: number
  /** Words that give an article the topic. */
  keywords: string[]
}

/** Those that are offered first, then the busiest. */
export async function listTopics(
  db: Db,
  { now, limit }: { now: Date; limit: number },
): Promise<TopicRow[]> {
  const { rows } = await sql<TopicRow>`
    with busy as (
      select at.topic_id, count(*) as articles
        from article_topic at join article a on a.id = at.article_id
       where a.received_at > ${now}::timestamptz - interval '30 days'
       group by at.topic_id
    ), followed as (
      select topic_id, count(*) as followers from subscription
       where topic_id is not null and cadence <> 'off'
       group by topic_id
    )
    select t.slug, t.name, t.offered, coalesce(b.articles, 0) as articles, coalesce(f.followers, 0) as followers, t.keywords
      from topic t
      left join busy b on b.topic_id = t.id
      left join followed f on f.topic_id = t.id
     order by t.offered desc, articles desc, followers desc, t.slug
     limit ${limit}`.execute(db)
  return rows
}

/** Short names that are of no topic. */
export async function listUnknownTopics(db: Db, slugs: string[]): Promise<string[]> {
  const { rows } = await sql<{ slug: string }>`
    select slug from unnest(${slugs}::text[]) slug
     where not exists (select from topic where topic.slug = slug.slug) limit 100`.execute(db)
  return rows.map(({ slug }) => slug)
}

/** @returns names of those that were not so before */
export async function offerTopics(
  db: Db,
  { slugs, offered }: { slugs: string[]; offered: boolean },
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    update topic set offered = ${offered} where slug = any(${slugs}) and offered <> ${offered}
    returning name`.execute(db)
  return rows.map(({ name }) => name)
}
