import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { ArticleImage } from '../article.ts'

export type LookedAt = { revision: number; image: ArticleImage; looks: number }

/** Takes the image that is to be looked at now. Until `until` nobody else does, and then it is tried again. */
export async function claimImage(
  db: Db,
  { articleId, now, until }: { articleId: number; now: Date; until: Date },
): Promise<LookedAt | undefined> {
  const { rows } = await sql<LookedAt>`
    update article_revision r set image_look_at = ${until}, image_looks = image_looks + 1
      from article a
     where a.id = ${articleId} and (r.article_id, r.revision) = (a.id, a.current_revision)
       and r.image is not null and r.image_look_at <= ${now}
    returning r.revision, r.image, r.image_looks as looks`.execute(db)
  return rows[0]
}

/** `lookAt` null: nothing else is tried. */
export async function saveFittedImage(
  db: Db,
  input: { articleId: number; revision: number; image: ArticleImage | null; lookAt: Date | null },
): Promise<void> {
  const image = input.image === null ? null : JSON.stringify(input.image)
  await sql`
    update article_revision set fitted_image = ${image}::jsonb, image_look_at = ${input.lookAt}
     where (article_id, revision) = (${input.articleId}, ${input.revision})`.execute(db)
}

/** A revision with the image of the one before needs no second look, and is shown with it all the time. */
export async function keepFittedImage(
  db: Db,
  { articleId, revision }: { articleId: number; revision: number },
): Promise<void> {
  await sql`
    update article_revision r
       set fitted_image = before.fitted_image || jsonb_build_object('alt', r.image -> 'alt')
         , image_look_at = before.image_look_at, image_looks = before.image_looks
      from article_revision before
     where (r.article_id, r.revision) = (${articleId}, ${revision}) and before.article_id = r.article_id
       and before.revision = ${revision - 1} and before.image ->> 'url' = r.image ->> 'url'`.execute(
    db,
  )
}

/** Articles whose image waits for a look since before then. */
export async function listImagesToFit(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select a.id
      from article_revision r
      join article a on (a.id, a.current_revision) = (r.article_id, r.revision)
     where r.image_look_at <= ${before}
     order by r.image_look_at limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}
