import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** What an article of a story said at a time. */
export type Telling = {
  articleId: number
  revision: number
  /** It is what the article says now. */
  current: boolean
  at: Date
  headline: string
  publisher: string | null
  language: string
  paragraphs: string[]
}

/** Every revision of the story's articles that may leave the house, in order; the latest 200. */
export async function listTellings(
  db: Db,
  { storyId, now }: { storyId: number; now: Date },
): Promise<Telling[]> {
  const { rows } = await sql<Telling>`
    select a.id as "articleId", r.revision, r.revision = a.current_revision as current, r.received_at as at
         , r.headline, r.publisher, r.language, r.paragraphs[1:60] as paragraphs
      from story_article sa
      join article a on a.id = sa.article_id
      join article_revision r on r.article_id = a.id
     where sa.story_id = ${storyId} and a.retracted_at is null
       and (a.embargo_until is null or a.embargo_until <= ${now})
     order by r.received_at desc, a.id desc
     limit 200`.execute(db)
  return rows.toReversed()
}
