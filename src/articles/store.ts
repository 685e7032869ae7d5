import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Tables } from '#db/tables.ts'
import type { ArticleText, Summary } from './article.ts'

export type ArticleKeys = {
  urlKey: string | null
  guidKey: string | null
  contentKey: string
  bodyHash: string
}

export type StoredArticle = { id: number; revision: number; bodyHash: string }

export async function ensureSource(
  db: Db,
  { kind, name, now }: { kind: Tables['source']['kind']; name: string; now: Date },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into source (kind, name, created_at) values (${kind}, ${name}, ${now})
    on conflict (kind, name) do update set name = excluded.name
    returning id`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row.id
}

/** The article that this one is: by its address, its publisher's id, or its very words. */
export async function findArticle(
  db: Db,
  { sourceId, keys }: { sourceId: number; keys: ArticleKeys },
): Promise<StoredArticle | undefined> {
  const { rows } = await sql<StoredArticle>`
    select a.id, a.current_revision as revision, r.body_hash as "bodyHash"
      from article a join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     where a.url_key = ${keys.urlKey}
        or (a.source_id = ${sourceId} and a.guid_key = ${keys.guidKey})
        or a.content_key = ${keys.contentKey}
     order by (a.url_key = ${keys.urlKey}) desc nulls last, a.id
     limit 1
       for update of a`.execute(db)
  return rows[0]
}

/** Inserts the article with its first revision; undefined when another process was faster with the same one. */
export async function insertArticle(
  db: Db,
  { sourceId, keys, now }: { sourceId: number; keys: ArticleKeys; now: Date },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into article (source_id, url_key, guid_key, content_key, received_at)
    values (${sourceId}, ${keys.urlKey}, ${keys.guidKey}, ${keys.contentKey}, ${now})
    on conflict do nothing
    returning id`.execute(db)
  return rows[0]?.id
}

export async function advanceRevision(db: Db, articleId: number): Promise<number> {
  const { rows } = await sql<{ revision: number }>`
    update article set current_revision = current_revision + 1 where id = ${articleId}
    returning current_revision as revision`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error(`no article ${articleId}`)
  return row.revision
}

export async function insertRevision(
  db: Db,
  {
    articleId,
    revision,
    article,
    bodyHash,
    now,
  }: { articleId: number; revision: number; article: ArticleText; bodyHash: string; now: Date },
): Promise<void> {
  await sql`
    insert into article_revision (article_id, revision, body_hash, headline, standfirst, byline, publisher, place
                                 , language, url, published_at, paragraphs, image, breaking, received_at)
    values (${articleId}, ${revision}, ${bodyHash}, ${article.headline}, ${article.standfirst}, ${article.byline}
          , ${article.publisher}, ${article.place}, ${article.language}, ${article.canonicalUrl}
          , ${article.publishedAt}, ${article.paragraphs}, ${article.image === null ? null : JSON.stringify(article.image)}::jsonb
          , ${article.breaking}, ${now})`.execute(db)
}

export async function insertSummary(
  db: Db,
  {
    articleId,
    revision,
    summary,
    now,
  }: { articleId: number; revision: number; summary: Summary; now: Date },
): Promise<void> {
  await sql`
    insert into summary (article_id, revision, method, sentences, made_at)
    values (${articleId}, ${revision}, ${summary.method}, ${JSON.stringify(summary.sentences)}::jsonb, ${now})`.execute(
    db,
  )
}

export async function tagArticle(
  db: Db,
  { articleId, topics }: { articleId: number; topics: { slug: string; name: string }[] },
): Promise<void> {
  for (const [position, topic] of topics.entries()) {
    await sql`
      with t as (
        insert into topic (slug, name) values (${topic.slug}, ${topic.name})
        on conflict (slug) do update set slug = excluded.slug
        returning id)
      insert into article_topic (article_id, topic_id, position) select ${articleId}, id, ${position} from t
      on conflict do nothing`.execute(db)
  }
}

export type ArticleRow = {
  id: number
  revision: number
  headline: string
  standfirst: string | null
  byline: string | null
  publisher: string | null
  place: string | null
  language: string
  url: string | null
  publishedAt: Date | null
  receivedAt: Date
  paragraphs: string[]
  image: ArticleText['image']
  breaking: boolean
  sourceName: string
  topics: string[]
  sentences: Summary['sentences']
}

/** The article's current revision with its summary. */
export async function findArticleById(db: Db, id: number): Promise<ArticleRow | undefined> {
  const [row] = await listArticlesById(db, [id])
  return row
}

export async function listArticlesById(db: Db, ids: number[]): Promise<ArticleRow[]> {
  const { rows } = await sql<ArticleRow>`
    select a.id, r.revision, r.headline, r.standfirst, r.byline, r.publisher, r.place, r.language, r.url
         , r.published_at as "publishedAt", a.received_at as "receivedAt", r.paragraphs, r.image, r.breaking
         , s.name as "sourceName", m.sentences
         , coalesce((select array_agg(t.name order by at.position)
                       from article_topic at join topic t on t.id = at.topic_id
                      where at.article_id = a.id), '{}') as topics
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join summary m on (m.article_id, m.revision) = (r.article_id, r.revision)
      join source s on s.id = a.source_id
     where a.id = any(${ids})
     order by array_position(${ids}, a.id)
     limit 1000`.execute(db)
  return rows
}

export type ArticleLine = {
  article: number
  story: number | null
  revision: number
  publisher: string
  headline: string
}

export async function listArticles(db: Db, limit: number): Promise<ArticleLine[]> {
  const { rows } = await sql<ArticleLine>`
    select a.id as article, sa.story_id as story, a.current_revision as revision
         , coalesce(r.publisher, s.name) as publisher, r.headline
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join source s on s.id = a.source_id
      left join story_article sa on sa.article_id = a.id
     order by a.id desc limit ${Math.min(limit, 200)}`.execute(db)
  return rows
}
