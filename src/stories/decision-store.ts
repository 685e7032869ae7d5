import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Stories with an article that a person parted from one of these. */
export async function listBarredStories(db: Db, articleIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ storyId: number }>`
    select distinct sa.story_id as "storyId"
      from (select article_high as other from story_decision
             where article_low = any(${articleIds}::bigint[]) and not together
             union
            select article_low from story_decision
             where article_high = any(${articleIds}::bigint[]) and not together) as parted
      join story_article sa on sa.article_id = parted.other`.execute(db)
  return rows.map((row) => row.storyId)
}

export type StoryRow = { id: number; mergedInto: number | null; articles: number }

export async function findStory(db: Db, storyId: number): Promise<StoryRow | undefined> {
  const { rows } = await sql<StoryRow>`
    select s.id, s.merged_into as "mergedInto"
         , (select count(*)::integer from story_article where story_id = s.id) as articles
      from story s where s.id = ${storyId}`.execute(db)
  return rows[0]
}

export type Decision = {
  one: number
  other: number
  together: boolean
  operatorId: number | null
  now: Date
}

/** Each article of one story belongs with each of another, or with none of them. */
export async function saveDecision(
  db: Db,
  { one, other, together, operatorId, now }: Decision,
): Promise<void> {
  await sql`
    insert into story_decision (article_low, article_high, together, operator_id, decided_at)
    select least(a.article_id, b.article_id), greatest(a.article_id, b.article_id), ${together}, ${operatorId}, ${now}
      from story_article a, story_article b
     where a.story_id = ${one} and b.story_id = ${other}
    on conflict (article_low, article_high) do update
       set together = excluded.together, operator_id = excluded.operator_id, decided_at = excluded.decided_at`.execute(
    db,
  )
}

/** A person thinks otherwise now. */
export async function forgetApart(
  db: Db,
  { articleIds, storyId }: { articleIds: readonly number[]; storyId: number },
): Promise<void> {
  await sql`
    delete from story_decision d
     using story_article sa
     where sa.story_id = ${storyId} and not d.together
       and ((d.article_low = sa.article_id and d.article_high = any(${articleIds}::bigint[]))
         or (d.article_high = sa.article_id and d.article_low = any(${articleIds}::bigint[])))`.execute(
    db,
  )
}

/** With a new number, so that whoever compares articles learns where they are. */
export async function moveArticles(
  db: Db,
  { articleIds, into, now }: { articleIds: readonly number[]; into: number; now: Date },
): Promise<void> {
  await sql`
    with touched as (update story set updated_at = ${now} where id = ${into})
    update story_article
       set story_id = ${into}, lead = false, lead_fixed = false, likeness = null, joined_at = ${now}
         , number = nextval(pg_get_serial_sequence('story_article', 'number'))
     where article_id = any(${articleIds}::bigint[])`.execute(db)
}

/** Who finds an old story by its number finds where its articles went. */
export async function markMerged(
  db: Db,
  { from, into }: { from: number; into: number },
): Promise<void> {
  await sql`
    update story set merged_into = ${into} where id = ${from} or merged_into = ${from}`.execute(db)
}

/** "This story off" holds for the story that its articles are in now. */
export async function copyMutes(
  db: Db,
  { from, into }: { from: number; into: number },
): Promise<void> {
  await sql`
    insert into story_mute (subscriber_id, story_id, until)
    select subscriber_id, ${into}, until from story_mute where story_id = ${from}
    on conflict (subscriber_id, story_id) do update set until = greatest(story_mute.until, excluded.until)`.execute(
    db,
  )
}

export async function listArticlesOf(db: Db, storyId: number): Promise<number[]> {
  const { rows } = await sql<{ articleId: number }>`
    select article_id as "articleId" from story_article where story_id = ${storyId} order by article_id`.execute(
    db,
  )
  return rows.map((row) => row.articleId)
}

/** The article, and in its story those that print the same text. */
export async function listWithCopies(
  db: Db,
  { articleId, storyId }: { articleId: number; storyId: number },
): Promise<number[]> {
  const { rows } = await sql<{ articleId: number }>`
    with recursive same as (
      select ${articleId}::bigint as id
       union
      select case when sa.article_id = same.id then sa.copy_of else sa.article_id end
        from same join story_article sa on (sa.copy_of = same.id or sa.article_id = same.id)
       where sa.story_id = ${storyId} and sa.copy_of is not null)
    select sa.article_id as "articleId"
      from same join story_article sa on sa.article_id = same.id
     where sa.story_id = ${storyId} order by sa.article_id`.execute(db)
  return rows.map((row) => row.articleId)
}
