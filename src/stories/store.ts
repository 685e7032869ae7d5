import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Held until the transaction ends: stories are found and changed by one at a time. */
export async function lockStories(db: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('daybreak cluster'))`.execute(db)
}

export type ArticleWords = {
  articleId: number
  /** Null where it has none yet. */
  storyId: number | null
  headline: string
  /** The beginning: more than is compared. */
  text: string
  /** Without the region. */
  language: string
  at: Date
  terms: Buffer | null
}

/** When it came out, and never later than it came in: a publisher's clock may be wrong. */
const cameOut = sql`least(coalesce(r.published_at, a.received_at), a.received_at)`

export async function findArticleWords(
  db: Db,
  articleId: number,
): Promise<ArticleWords | undefined> {
  const { rows } = await sql<ArticleWords>`
    select a.id as "articleId", sa.story_id as "storyId", r.headline, sa.terms
         , left(concat_ws(' ', r.standfirst, array_to_string(r.paragraphs[1:8], ' ')), 3000) as text
         , split_part(r.language, '-', 1) as language, ${cameOut} as at
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      left join story_article sa on sa.article_id = a.id
     where a.id = ${articleId}`.execute(db)
  return rows[0]
}

export type Joined = {
  number: number
  articleId: number
  storyId: number
  language: string
  at: Date
  terms: Buffer
}

/** Articles that joined a story, changed or were moved after the one with this number; the latest `limit`, in order. */
export async function listJoined(
  db: Db,
  { after, limit }: { after: number; limit: number },
): Promise<Joined[]> {
  const { rows } = await sql<Joined>`
    with fresh as materialized (
      select number, article_id, story_id, terms
        from story_article
       where number > ${after} and terms is not null
       order by number desc
       limit ${limit})
    select fresh.number, fresh.article_id as "articleId", fresh.story_id as "storyId", fresh.terms
         , split_part(r.language, '-', 1) as language, ${cameOut} as at
      from fresh
      join article a on a.id = fresh.article_id
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     order by fresh.number`.execute(db)
  return rows
}

export async function listStoriesOf(
  db: Db,
  articleIds: readonly number[],
): Promise<{ articleId: number; storyId: number }[]> {
  const { rows } = await sql<{ articleId: number; storyId: number }>`
    select article_id as "articleId", story_id as "storyId"
      from story_article where article_id = any(${articleIds}::bigint[])`.execute(db)
  return rows
}

export async function createStory(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into story (created_at, updated_at) values (${now}, ${now}) returning id`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row.id
}

export type Joining = {
  articleId: number
  storyId: number
  likeness: number | null
  copyOf: number | null
  terms: Uint8Array
  now: Date
}

/** The first of a story leads it until another is chosen. */
export async function attachArticle(
  db: Db,
  { articleId, storyId, likeness, copyOf, terms, now }: Joining,
): Promise<void> {
  await sql`
    with touched as (update story set updated_at = ${now} where id = ${storyId})
    insert into story_article (article_id, story_id, likeness, copy_of, terms, joined_at, lead)
    select ${articleId}, ${storyId}, ${likeness}, ${copyOf}, ${terms}, ${now}
         , not exists (select from story_article where story_id = ${storyId} and lead)`.execute(db)
}

/** A revision brought other words: whoever read the former ones reads these too. */
export async function saveTerms(
  db: Db,
  { articleId, terms }: { articleId: number; terms: Uint8Array },
): Promise<void> {
  await sql`
    update story_article
       set terms = ${terms}, number = nextval(pg_get_serial_sequence('story_article', 'number'))
     where article_id = ${articleId}`.execute(db)
}

/** Articles whose job was lost, and of this week those that joined before words were kept; oldest first. */
export async function listUnclustered(db: Db, now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select a.id from article a
     where not exists (select from story_article where article_id = a.id)
     union all
    select sa.article_id from story_article sa join article a on a.id = sa.article_id
     where sa.terms is null and a.received_at > ${now}::timestamptz - interval '7 days'
     order by id limit 1000`.execute(db)
  return rows.map((row) => row.id)
}
