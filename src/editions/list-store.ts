import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Edition, EditionState } from './store.ts'

/** An edition without what is in it: a list of them stays small. */
export type EditionLine = Pick<
  Edition,
  | 'id'
  | 'kind'
  | 'state'
  | 'stateReason'
  | 'subject'
  | 'editionDate'
  | 'test'
  | 'createdAt'
  | 'dueAt'
  | 'leavesAt'
  | 'releaseAt'
  | 'sentAt'
> & { newsletter: string }

export async function listLines(
  db: Db,
  { slug, state, limit }: { slug: string | null; state: EditionState | null; limit: number },
): Promise<EditionLine[]> {
  const { rows } = await sql<EditionLine>`
    select e.id, n.slug as newsletter, e.kind, e.state, e.state_reason as "stateReason", e.subject
         , e.edition_date::text as "editionDate", e.test, e.created_at as "createdAt", e.due_at as "dueAt"
         , e.leaves_at as "leavesAt", e.release_at as "releaseAt", e.sent_at as "sentAt"
      from edition e join newsletter n on n.id = e.newsletter_id
     where (${slug}::text is null or n.slug = ${slug})
       and (${state}::edition_state is null or e.state = ${state}::edition_state)
     order by e.id desc
     limit ${limit}`.execute(db)
  return rows
}
