import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { ArticleText, Summary } from '../article.ts'
import type { Judgement } from './judge-change.ts'

/** What of a revision is compared with another. */
export type RevisionText = Pick<
  ArticleText,
  'headline' | 'standfirst' | 'paragraphs' | 'corrections' | 'language'
>

export type Revision = RevisionText & {
  revision: number
  url: string | null
  publishedAt: Date | null
  updatedAt: Date | null
  receivedAt: Date
  /** Against the one before; null of the first. */
  change: Judgement['change'] | null
  note: string | null
}

/** The newest `limit`, oldest first. */
export async function listRevisions(
  db: Db,
  { articleId, limit }: { articleId: number; limit: number },
): Promise<Revision[]> {
  const { rows } = await sql<Revision>`
    select revision, headline, standfirst, paragraphs, corrections, language, url, published_at as "publishedAt"
         , updated_at as "updatedAt", received_at as "receivedAt", change, change_note as note
      from article_revision where article_id = ${articleId}
     order by revision desc limit ${limit}`.execute(db)
  return rows.toReversed()
}

export async function findRevision(
  db: Db,
  { articleId, revision }: { articleId: number; revision: number },
): Promise<Revision | undefined> {
  const { rows } = await sql<Revision>`
    select revision, headline, standfirst, paragraphs, corrections, language, url, published_at as "publishedAt"
         , updated_at as "updatedAt", received_at as "receivedAt", change, change_note as note
      from article_revision where (article_id, revision) = (${articleId}, ${revision})`.execute(db)
  return rows[0]
}

export async function advanceRevision(db: Db, articleId: number): Promise<number> {
  const { rows } = await sql<{ revision: number }>`
    update article set current_revision = current_revision + 1 where id = ${articleId}
    returning current_revision as revision`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error(`no article ${articleId}`)
  return row.revision
}

export type NewRevision = {
  articleId: number
  revision: number
  article: ArticleText
  bodyHash: string
  judgement: Judgement | null
  now: Date
}

export async function insertRevision(
  db: Db,
  { articleId, revision, article, bodyHash, judgement, now }: NewRevision,
): Promise<void> {
  await sql`
    insert into article_revision (article_id, revision, body_hash, headline, standfirst, byline, publisher, place
                                 , language, url, published_at, updated_at, section, tags, corrections, paragraphs
                                 , image, image_look_at, breaking, change, change_note, received_at)
    values (${articleId}, ${revision}, ${bodyHash}, ${article.headline}, ${article.standfirst}, ${article.byline}
          , ${article.publisher}, ${article.place}, ${article.language}, ${article.canonicalUrl}
          , ${article.publishedAt}, ${article.updatedAt}, ${article.section}, ${article.topics}, ${article.corrections}
          , ${article.paragraphs}, ${article.image === null ? null : JSON.stringify(article.image)}::jsonb
          , ${article.image === null ? null : now}, ${article.breaking}, ${judgement?.change ?? null}, ${judgement?.note ?? null}, ${now})`.execute(
    db,
  )
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
  const { method, sentences, longer, shortHeadline } = summary
  await sql`
    insert into summary (article_id, revision, method, sentences, longer, short_headline, made_at)
    values (${articleId}, ${revision}, ${method}, ${JSON.stringify(sentences)}::jsonb
          , ${longer === null ? null : JSON.stringify(longer)}::jsonb, ${shortHeadline}, ${now})`.execute(
    db,
  )
}
