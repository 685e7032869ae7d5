import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/**
 * The story's first alert that went out, and how many updates followed it; by the articles that are in the story by now.
 * Undefined where readers were not alerted.
 */
export async function findEarlierAlert(
  db: Db,
  { storyId, newsletterId }: { storyId: number; newsletterId: number },
): Promise<{ editionId: number; updates: number; lastAt: Date } | undefined> {
  const { rows } = await sql<{ id: number; updateNumber: number | null; releaseAt: Date }>`
    select distinct e.id, e.update_number as "updateNumber", e.release_at as "releaseAt"
      from story_article member
      join edition_story es on es.article_id = member.article_id
      join edition e on e.id = es.edition_id
     where member.story_id = ${storyId} and e.newsletter_id = ${newsletterId} and e.kind = 'alert'
       and e.state in ('sending', 'sent', 'held', 'stopped') and e.release_at is not null
     order by e.id
     limit 100`.execute(db)
  const [first] = rows
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return undefined
  return {
    editionId: first.id,
    updates: Math.max(...rows.map(({ updateNumber }) => updateNumber ?? 0)),
    lastAt: last.releaseAt,
  }
}

/** Alerts of the newsletter that went out since; updates, which few readers get, are not counted. */
export async function countAlertsSince(
  db: Db,
  { newsletterId, since }: { newsletterId: number; since: Date },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from edition
     where newsletter_id = ${newsletterId} and kind = 'alert' and update_number is null
       and release_at >= ${since} and state in ('sending', 'sent', 'held', 'stopped')`.execute(db)
  return rows[0]?.count ?? 0
}
