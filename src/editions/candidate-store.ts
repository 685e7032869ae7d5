import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Candidate = { storyId: number; articleId: number; articles: number; topics: string[] }

/**
 * Stories with an article received since the newsletter's last edition that really went out (at most `hours` back),
 * which this newsletter has not told yet. The article is the story's lead. Best first: breaking, told by several, newest.
 */
export async function listCandidates(
  db: Db,
  {
    newsletterId,
    now,
    hours,
    limit,
  }: { newsletterId: number; now: Date; hours: number; limit: number },
): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select sa.story_id as "storyId", lead.article_id as "articleId", count(*)::integer as articles
         , coalesce((select array_agg(t.name order by at.position)
                       from article_topic at join topic t on t.id = at.topic_id
                      where at.article_id = lead.article_id), '{}') as topics
      from story_article sa
      join article a on a.id = sa.article_id
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join story_article lead on lead.story_id = sa.story_id and lead.lead
     where a.received_at > ${now}::timestamptz - make_interval(hours => ${hours})
       and a.received_at <= ${now}
       and not exists (select from edition_story es join edition e on e.id = es.edition_id
                        where es.story_id = sa.story_id and e.newsletter_id = ${newsletterId}
                          and e.state in ('approved', 'scheduled', 'sending', 'sent', 'held') and not e.test)
     group by sa.story_id, lead.article_id
     order by bool_or(r.breaking) desc, count(*) desc, max(coalesce(r.published_at, r.received_at)) desc, sa.story_id
     limit ${limit}`.execute(db)
  return rows
}

/** Whether another edition has alerted readers to this article, or is about to. */
export async function wasAlerted(
  db: Db,
  { articleId, editionId }: { articleId: number; editionId: number },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from edition_story es join edition e on e.id = es.edition_id
     where es.story_id = (select story_id from story_article where article_id = ${articleId})
       and e.kind = 'alert' and e.id <> ${editionId}
       and e.state not in ('draft', 'in review', 'skipped')
     limit 1`.execute(db)
  return rows.length > 0
}
