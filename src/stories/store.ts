import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export async function lockClustering(db: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('daybreak cluster'))`.execute(db)
}

export async function findStoryOf(db: Db, articleId: number): Promise<number | undefined> {
  const { rows } = await sql<{ storyId: number }>`
    select story_id as "storyId" from story_article where article_id = ${articleId}`.execute(db)
  return rows[0]?.storyId
}

type Neighbour = { storyId: number; headline: string; paragraphs: string[] }

/** Articles of the same language received within three days of this one, at most 500. */
export async function listNeighbours(
  db: Db,
  articleId: number,
): Promise<{ article: { headline: string; paragraphs: string[] }; neighbours: Neighbour[] }> {
  const { rows: own } = await sql<{ headline: string; paragraphs: string[] }>`
    select r.headline, r.paragraphs
      from article a join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     where a.id = ${articleId}`.execute(db)
  const [article] = own
  if (article === undefined) throw new Error(`no article ${articleId}`)
  const { rows: neighbours } = await sql<Neighbour>`
    select sa.story_id as "storyId", r.headline, r.paragraphs
      from article a
      join article_revision m on (m.article_id, m.revision) = (a.id, a.current_revision)
      join article_revision r on r.received_at between m.received_at - interval '3 days'
                                                   and m.received_at + interval '3 days'
      join article b on (b.id, b.current_revision) = (r.article_id, r.revision)
      join story_article sa on sa.article_id = b.id
     where a.id = ${articleId} and b.id <> a.id and split_part(r.language, '-', 1) = split_part(m.language, '-', 1)
     order by r.received_at desc
     limit 500`.execute(db)
  return { article, neighbours }
}

export async function createStory(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{
    id: number
  }>`insert into story (created_at) values (${now}) returning id`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row.id
}

/** The first article of a story leads it. */
export async function attachArticle(
  db: Db,
  { articleId, storyId }: { articleId: number; storyId: number },
): Promise<void> {
  await sql`
    insert into story_article (article_id, story_id, lead)
    select ${articleId}, ${storyId}, not exists (select from story_article where story_id = ${storyId} and lead)
    on conflict (article_id) do nothing`.execute(db)
}

export async function listUnclustered(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select a.id from article a
     where not exists (select from story_article where article_id = a.id)
     order by a.id limit 1000`.execute(db)
  return rows.map((row) => row.id)
}
