import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Editions that nobody has sent, and that hold the article at an older revision, or at all where it was withdrawn. */
export async function listDraftsWith(
  db: Db,
  { id, revision, retractedAt }: { id: number; revision: number; retractedAt: Date | null },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select e.id from edition_story es join edition e on e.id = es.edition_id
     where es.article_id = ${id} and (es.revision < ${revision} or ${retractedAt !== null})
       and e.state in ('draft', 'in review', 'approved') and e.draft is not null
     order by e.id
     limit 100`.execute(db)
  return rows.map((row) => row.id)
}
