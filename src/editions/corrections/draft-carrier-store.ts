import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Editions that nobody has sent, and that hold the article at an older revision, or at all where it was withdrawn or put right. */
export async function listDraftsWith(
  db: Db,
  {
    id,
    revision,
    retractedAt,
    written,
  }: { id: number; revision: number; retractedAt: Date | null; written: boolean },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select e.id from edition_story es join edition e on e.id = es.edition_id
     where es.article_id = ${id} and (es.revision < ${revision} or ${retractedAt !== null || written})
       and e.state in ('draft', 'in review', 'approved') and e.draft is not null
     order by e.id
     limit 100`.execute(db)
  return rows.map((row) => row.id)
}

/** Nothing that is approved, or counts down, leaves with it while somebody decides: it waits for a yes again. */
export async function voidApprovals(
  db: Db,
  { articleId, wrong, reason }: { articleId: number; wrong: number; reason: string },
): Promise<void> {
  await sql`
    update edition e
       set state = (case when e.kind = 'alert' then 'in review' else 'draft' end)::edition_state, state_reason = ${reason}
         , approved_hash = null, approved_by = null, leaves_at = null
         , voided_verdict = coalesce((select max(id) from edition_verdict where edition_id = e.id), 0)
     where e.state in ('draft', 'in review', 'approved')
       and exists (select from edition_story es
                    where es.edition_id = e.id and es.article_id = ${articleId} and es.revision <= ${wrong})`.execute(
    db,
  )
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
