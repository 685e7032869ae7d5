import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { DraftCorrection } from '../draft/draft.ts'

/**
 * What is to be put right in a line of the newsletter's next digest: accepted, carried by one of its editions, and in no
 * other edition of it that went out or waits. An alert's mistake is put right in each digest that its readers may get.
 */
export async function listToBox(
  db: Db,
  { newsletterId, runKey, now }: { newsletterId: number; runKey: string; now: Date },
): Promise<DraftCorrection[]> {
  const { rows } = await sql<DraftCorrection>`
    select c.id as "correctionId", c.label, coalesce(c.headline, r.headline) as headline, c.was || ' ' || c.is_now as text
         , coalesce(r.url, (select value #>> '{}' from setting where name = 'correctionsUrl'), 'https://www.example.org/corrections') as url
      from correction c
      join article_revision r on (r.article_id, r.revision) = (c.article_id, coalesce(c."right", c.wrong))
     where c.state = 'accepted' and c.way = 'box' and c.decided_at > ${now}::timestamptz - interval '31 days'
       and exists (select from correction_edition ce join edition e on e.id = ce.edition_id
                    where ce.correction_id = c.id and (e.newsletter_id = ${newsletterId} or e.kind = 'alert'))
       and not exists (select from edition e
                        cross join lateral jsonb_array_elements(e.draft -> 'corrections') entry
                        where e.newsletter_id = ${newsletterId} and e.run_key <> ${runKey} and e.kind = 'digest'
                          and e.state not in ('skipped', 'expired', 'stopped', 'draft') and jsonb_typeof(e.draft -> 'corrections') = 'array'
                          and (entry ->> 'correctionId')::bigint = c.id)
     order by c.id
     limit 20`.execute(db)
  return rows
}
