import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { DraftItem } from '../draft/draft.ts'

/** What a person put right of a story, where its publisher has not. */
export type PutRight = Pick<DraftItem, 'headline' | 'sentences'>

const AS_IT_IS: PutRight = { headline: null, sentences: null }

/**
 * What accepted corrections say of the article at exactly this revision, the latest word of each: whatever tells it from
 * now on says so too, until its publisher's text is another one.
 */
export async function findPutRight(
  db: Db,
  { id, revision }: { id: number; revision: number },
): Promise<PutRight> {
  const { rows } = await sql<PutRight>`
    select (array_agg(jsonb_build_object('text', c.headline, 'by', o.name) order by c.id desc)
              filter (where c.headline is not null))[1] as headline
         , (array_agg(jsonb_build_object('texts', jsonb_build_array(c.summary), 'by', o.name) order by c.id desc)
              filter (where c.summary is not null))[1] as sentences
      from correction c join operator o on o.id = c.operator_id
     where c.article_id = ${id} and c."right" = ${revision} and c.state = 'accepted'`.execute(db)
  return rows[0] ?? AS_IT_IS
}
