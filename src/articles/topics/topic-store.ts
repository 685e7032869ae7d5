import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { RuleKind, TopicRule } from './topic-rules.ts'

export type GivenBy = 'publisher' | 'rule' | 'keyword' | 'editor'
export type GivenTopic = { topicId: number; givenBy: GivenBy }

/** Rules of the source and those for every source. */
export async function listRulesFor(db: Db, sourceId: number): Promise<TopicRule[]> {
  const { rows } = await sql<TopicRule>`
    select kind, pattern, topic_id as "topicId" from source_rule
     where source_id is null or source_id = ${sourceId}
     order by source_id nulls last, id limit 2000`.execute(db)
  return rows
}

export async function listKeywords(db: Db): Promise<{ topicId: number; keywords: string[] }[]> {
  const { rows } = await sql<{ topicId: number; keywords: string[] }>`
    select id as "topicId", keywords from topic where keywords <> '{}' order by id limit 2000`.execute(
    db,
  )
  return rows
}

export async function listCorrections(
  db: Db,
  articleId: number,
): Promise<{ topicId: number; belongs: boolean }[]> {
  const { rows } = await sql<{ topicId: number; belongs: boolean }>`
    select topic_id as "topicId", belongs from topic_correction
     where article_id = ${articleId} order by corrected_at, topic_id limit 200`.execute(db)
  return rows
}

export async function ensureTopic(
  db: Db,
  { slug, name }: { slug: string; name: string },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    with added as (
      insert into topic (slug, name) values (${slug}, ${name}) on conflict (slug) do nothing returning id)
    select id from added union all select id from topic where slug = ${slug} limit 1`.execute(db)
  const [row] = rows
  // Another transaction added it meanwhile, which the same statement cannot see.
  if (row === undefined) return getTopicId(db, slug)
  return row.id
}

async function getTopicId(db: Db, slug: string): Promise<number> {
  const { rows } = await sql<{ id: number }>`select id from topic where slug = ${slug}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error(`no topic ${slug}`)
  return row.id
}

export async function findTopic(
  db: Db,
  slug: string,
): Promise<{ id: number; name: string } | undefined> {
  const { rows } = await sql<{ id: number; name: string }>`
    select id, name from topic where slug = ${slug}`.execute(db)
  return rows[0]
}

/** The article's topics are these from now on, in this order. */
export async function replaceTopics(
  db: Db,
  { articleId, topics }: { articleId: number; topics: readonly GivenTopic[] },
): Promise<void> {
  await sql`
    with given as (
      select topic_id, given_by, ordinality - 1 as position
        from unnest(${topics.map(({ topicId }) => topicId)}::bigint[], ${topics.map(({ givenBy }) => givenBy)}::text[])
             with ordinality g (topic_id, given_by, ordinality)
    ), dropped as (
      delete from article_topic where article_id = ${articleId} and topic_id not in (select topic_id from given)
    )
    insert into article_topic (article_id, topic_id, position, given_by)
    select ${articleId}, topic_id, position, given_by from given
    on conflict (article_id, topic_id) do update set position = excluded.position, given_by = excluded.given_by`.execute(
    db,
  )
}

export async function saveCorrection(
  db: Db,
  correction: {
    articleId: number
    topicId: number
    belongs: boolean
    operatorId: number | null
    now: Date
  },
): Promise<void> {
  const { articleId, topicId, belongs, operatorId, now } = correction
  await sql`
    insert into topic_correction (article_id, topic_id, belongs, operator_id, corrected_at)
    values (${articleId}, ${topicId}, ${belongs}, ${operatorId}, ${now})
    on conflict (article_id, topic_id) do update
       set belongs = excluded.belongs, operator_id = excluded.operator_id, corrected_at = excluded.corrected_at`.execute(
    db,
  )
}

export async function articleExists(db: Db, articleId: number): Promise<boolean> {
  const { rows } = await sql`select id from article where id = ${articleId} for update`.execute(db)
  return rows.length > 0
}

/** Behind the topics that it has. */
export async function addTopic(
  db: Db,
  { articleId, topicId }: { articleId: number; topicId: number },
): Promise<void> {
  await sql`
    insert into article_topic (article_id, topic_id, position, given_by)
    select ${articleId}, ${topicId}, coalesce(max(position) + 1, 0), 'editor'
      from article_topic where article_id = ${articleId}
    on conflict (article_id, topic_id) do update set given_by = 'editor'`.execute(db)
}

export async function removeTopic(
  db: Db,
  { articleId, topicId }: { articleId: number; topicId: number },
): Promise<void> {
  await sql`
    delete from article_topic where (article_id, topic_id) = (${articleId}, ${topicId})`.execute(db)
}

export async function setKeywords(
  db: Db,
  { topicId, keywords }: { topicId: number; keywords: string[] },
): Promise<void> {
  await sql`update topic set keywords = ${keywords} where id = ${topicId}`.execute(db)
}

export type RuleRow = {
  id: number
  sourceId: number | null
  source: string | null
  kind: RuleKind
  pattern: string
  topic: string
}

export async function listRules(db: Db, limit: number): Promise<RuleRow[]> {
  const { rows } = await sql<RuleRow>`
    select r.id, r.source_id as "sourceId", s.name as source, r.kind, r.pattern, t.slug as topic
      from source_rule r join topic t on t.id = r.topic_id left join source s on s.id = r.source_id
     order by r.source_id nulls first, r.kind, r.pattern, t.slug limit ${limit}`.execute(db)
  return rows
}

/** @returns its number; undefined where the same rule is there */
export async function insertRule(
  db: Db,
  rule: { sourceId: number | null; kind: RuleKind; pattern: string; topicId: number },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into source_rule (source_id, kind, pattern, topic_id)
    values (${rule.sourceId}, ${rule.kind}, ${rule.pattern}, ${rule.topicId})
    on conflict do nothing returning id`.execute(db)
  return rows[0]?.id
}

export async function deleteRule(db: Db, id: number): Promise<boolean> {
  const { rows } = await sql`delete from source_rule where id = ${id} returning id`.execute(db)
  return rows.length > 0
}

export async function sourceExists(db: Db, id: number): Promise<boolean> {
  const { rows } = await sql`select id from source where id = ${id}`.execute(db)
  return rows.length > 0
}
