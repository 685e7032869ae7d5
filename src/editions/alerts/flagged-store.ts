import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Flagged = { articleId: number; source: string; release: boolean }

/**
 * Articles that a trusted feed called breaking, and of which no alert was made: news, so those of the last hour, never a
 * feed's history, and nothing that is embargoed or withdrawn. Once an article was alerted to, a person says whether a
 * change to it is worth another alert.
 */
export async function listFlagged(db: Db, now: Date): Promise<Flagged[]> {
  const { rows } = await sql<Flagged>`
    select a.id as "articleId", s.name as source, s.alerts = 'release' as release
      from source s
      join article a on a.source_id = s.id
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     where s.alerts <> 'off' and r.breaking and not a.seeded
       and r.received_at > ${now}::timestamptz - interval '1 hour'
       and a.retracted_at is null and (a.embargo_until is null or a.embargo_until <= ${now})
       and not exists (select from edition_story es join edition e on e.id = es.edition_id
                        where es.article_id = a.id and e.kind = 'alert')
     order by r.received_at, a.id
     limit 20`.execute(db)
  return rows
}
