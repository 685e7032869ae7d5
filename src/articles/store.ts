import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { ArticleText, Summary } from './article.ts'

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
  /** As a mail may carry it; null where there is none, or none that was looked at yet. */
  image: ArticleText['image']
  breaking: boolean
  updatedAt: Date | null
  section: string | null
  corrections: string | null
  seeded: boolean
  embargoUntil: Date | null
  retractedAt: Date | null
  /** Why it was retracted. */
  retraction: string | null
  sourceName: string
  topics: string[]
  method: Summary['method']
  sentences: Summary['sentences']
  longer: Summary['longer']
  shortHeadline: Summary['shortHeadline']
}

/** The article's current revision with its summary. */
export async function findArticleById(db: Db, id: number): Promise<ArticleRow | undefined> {
  const [row] = await listArticlesById(db, [id])
  return row
}

export async function listArticlesById(db: Db, ids: number[]): Promise<ArticleRow[]> {
  const { rows } = await sql<ArticleRow>`
    select ${articleColumns}
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join summary m on (m.article_id, m.revision) = (r.article_id, r.revision)
      join source s on s.id = a.source_id
     where a.id = any(${ids})
     order by array_position(${ids}, a.id)
     limit 1000`.execute(db)
  return rows
}

/** Articles as they were at a revision, in the order asked for. */
export async function listRevisionsById(
  db: Db,
  wanted: readonly { articleId: number; revision: number }[],
): Promise<ArticleRow[]> {
  const { rows } = await sql<ArticleRow>`
    select ${articleColumns}
      from unnest(${wanted.map(({ articleId }) => articleId)}::bigint[], ${wanted.map(({ revision }) => revision)}::integer[])
             with ordinality as w (article_id, revision, place)
      join article a on a.id = w.article_id
      join article_revision r on (r.article_id, r.revision) = (w.article_id, w.revision)
      join summary m on (m.article_id, m.revision) = (r.article_id, r.revision)
      join source s on s.id = a.source_id
     order by w.place
     limit 1000`.execute(db)
  return rows
}

/** Where the article names none: a feed by its name, what the newsroom sent itself by the newsroom's, not by who sent it. */
const publisherOf = sql`
  case when s.kind in ('feed', 'page') then s.name
       else coalesce((select value #>> '{}' from setting where name = 'name'), s.name) end`

const articleColumns = sql`
  a.id, r.revision, r.headline, r.standfirst, r.byline, r.publisher, r.place, r.language, r.url
, r.published_at as "publishedAt", a.received_at as "receivedAt", r.paragraphs
, r.fitted_image as image, r.breaking
, r.updated_at as "updatedAt", r.section, r.corrections, a.seeded, a.embargo_until as "embargoUntil"
, a.retracted_at as "retractedAt", a.retraction, ${publisherOf} as "sourceName"
, m.method, m.sentences, m.longer, m.short_headline as "shortHeadline"
, coalesce((select array_agg(t.name order by at.position)
              from article_topic at join topic t on t.id = at.topic_id
             where at.article_id = a.id), '{}') as topics`

export type ArticleLine = {
  article: number
  story: number | null
  revision: number
  change: 'typo' | 'substantial' | null
  seeded: boolean
  embargoUntil: Date | null
  retractedAt: Date | null
  publisher: string
  headline: string
}

export async function listArticles(db: Db, limit: number): Promise<ArticleLine[]> {
  const { rows } = await sql<ArticleLine>`
    select a.id as article, sa.story_id as story, a.current_revision as revision, r.change, a.seeded
         , a.embargo_until as "embargoUntil", a.retracted_at as "retractedAt"
         , coalesce(r.publisher, s.name) as publisher, r.headline
      from article a
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join source s on s.id = a.source_id
      left join story_article sa on sa.article_id = a.id
     order by a.id desc limit ${Math.min(limit, 200)}`.execute(db)
  return rows
}

export type Identity = {
  urls: string[]
  guids: string[]
  story: number | null
  topics: { slug: string; givenBy: string }[]
}

/** What the article is known by, its story, and who gave it its topics. */
export async function findIdentity(db: Db, articleId: number): Promise<Identity | undefined> {
  const { rows } = await sql<Identity>`
    select array(select a.url_key where a.url_key is not null
                 union select key from article_alias where article_id = a.id and kind = 'url'
                 order by 1 limit 100) as urls
         , array(select a.guid_key where a.guid_key is not null
                 union select key from article_alias where article_id = a.id and kind = 'guid'
                 order by 1 limit 100) as guids
         , sa.story_id as story
         , coalesce((select jsonb_agg(jsonb_build_object('slug', t.slug, 'givenBy', at.given_by) order by at.position)
                       from article_topic at join topic t on t.id = at.topic_id
                      where at.article_id = a.id), '[]') as topics
      from article a left join story_article sa on sa.article_id = a.id
     where a.id = ${articleId}`.execute(db)
  return rows[0]
}

/** @throws Refusal where there is none */
export async function getArticle(db: Db, articleId: number): Promise<ArticleRow> {
  const article = await findArticleById(db, articleId)
  if (article !== undefined) return article
  throw new Refusal(`there is no article ${articleId}: "daybreak articles" lists them`, {
    field: 'article',
    status: 404,
  })
}
