import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export async function setEmbargo(
  db: Db,
  { articleId, until }: { articleId: number; until: Date | null },
): Promise<void> {
  await sql`update article set embargo_until = ${until} where id = ${articleId}`.execute(db)
}

/** History of a feed becomes news like any other. */
export async function unseedArticle(db: Db, articleId: number): Promise<void> {
  await sql`update article set seeded = false where id = ${articleId} and seeded`.execute(db)
}

/** @returns whether it was not retracted before */
export async function markRetracted(
  db: Db,
  { articleId, reason, now }: { articleId: number; reason: string; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update article set retracted_at = ${now}, retraction = ${reason}
     where id = ${articleId} and retracted_at is null
    returning id`.execute(db)
  return rows.length > 0
}

/** @returns whether it was retracted before */
export async function unmarkRetracted(db: Db, articleId: number): Promise<boolean> {
  const { rows } = await sql`
    update article set retracted_at = null, retraction = null
     where id = ${articleId} and retracted_at is not null
    returning id`.execute(db)
  return rows.length > 0
}

export type Terms = {
  articleId: number
  headline: string
  embargoUntil: Date | null
  retractedAt: Date | null
  retraction: string | null
}

export async function findTerms(db: Db, articleId: number): Promise<Terms | undefined> {
  const { rows } = await sql<Terms>`
    select a.id as "articleId", r.headline, a.embargo_until as "embargoUntil", a.retracted_at as "retractedAt"
         , a.retraction
      from article a join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     where a.id = ${articleId}
       for update of a`.execute(db)
  return rows[0]
}
