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

/** Articles that were withdrawn, or came with a correction, and that such editions hold as they were before. */
export async function listStaleInDrafts(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct a.id
      from edition e
      join edition_story es on es.edition_id = e.id
      join article a on a.id = es.article_id
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join article_revision held on (held.article_id, held.revision) = (es.article_id, es.revision)
     where e.state in ('draft', 'in review', 'approved') and e.draft is not null
       and (a.retracted_at is not null
            or es.revision < a.current_revision and r.corrections is not null
               and r.corrections is distinct from held.corrections)
     order by a.id
     limit 100`.execute(db)
  return rows.map((row) => row.id)
}
