import { sql } from 'kysely'
import type { Withheld } from '#articles/revisions/withhold.ts'
import type { Db } from '#db/open.ts'

export type Candidate = { storyId: number; articleId: number; articles: number; topics: string[] }

/**
 * Stories with an article received since the newsletter's last edition that really went out (at most `hours` back),
 * which this newsletter has not told yet: none of the articles that are in it by now, whatever story they were in when
 * they were told. The article is the story's lead. Best first: breaking, told by several, newest.
 * What is withdrawn or under embargo is left out, and so is what a feed held before it was added, unless it was
 * published since `historySince`.
 */
export async function listCandidates(
  db: Db,
  {
    newsletterId,
    now,
    hours,
    limit,
    historySince,
  }: { newsletterId: number; now: Date; hours: number; limit: number; historySince: Date | null },
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
      join article la on la.id = lead.article_id
     where greatest(a.received_at, a.embargo_until) > ${now}::timestamptz - make_interval(hours => ${hours})
       and greatest(a.received_at, a.embargo_until) <= ${now}
       and (not a.seeded or coalesce(r.published_at, a.received_at) > ${historySince}::timestamptz)
       and a.retracted_at is null and la.retracted_at is null
       and (la.embargo_until is null or la.embargo_until <= ${now})
       and not exists (select from story_article member
                         join edition_story es on es.article_id = member.article_id
                         join edition e on e.id = es.edition_id
                        where member.story_id = sa.story_id and e.newsletter_id = ${newsletterId}
                          and e.state in ('approved', 'scheduled', 'sending', 'sent', 'held') and not e.test)
     group by sa.story_id, lead.article_id
     order by bool_or(r.breaking) desc, count(*) desc, max(coalesce(r.published_at, r.received_at)) desc, sa.story_id
     limit ${limit}`.execute(db)
  return rows
}

/** How many articles a feed held before it was added, and that could be told by choice. */
export async function countHistory(
  db: Db,
  { now, hours }: { now: Date; hours: number },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count
      from article a join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     where a.seeded and a.retracted_at is null
       and coalesce(r.published_at, a.received_at) between ${now}::timestamptz - make_interval(hours => ${hours}) and ${now}`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

/** Whether another edition has alerted readers to the story of this article, or is about to. */
export async function wasAlerted(
  db: Db,
  { articleId, editionId }: { articleId: number; editionId: number },
): Promise<boolean> {
  const { rows } = await sql`
    select 1
      from story_article own
      join story_article member on member.story_id = own.story_id
      join edition_story es on es.article_id = member.article_id
      join edition e on e.id = es.edition_id
     where own.article_id = ${articleId}
       and e.kind = 'alert' and e.id <> ${editionId}
       and e.state not in ('draft', 'in review', 'skipped')
     limit 1`.execute(db)
  return rows.length > 0
}

/** Articles of the edition that may not leave the house. */
export async function listWithheld(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<Withheld[]> {
  const { rows } = await sql<Withheld>`
    select a.id as "articleId", a.embargo_until as "embargoUntil", a.retracted_at as "retractedAt"
         , a.retraction
      from edition_story es
      join article a on a.id = es.article_id
     where es.edition_id = ${editionId} and (a.retracted_at is not null or a.embargo_until > ${now})
     order by a.id limit 100`.execute(db)
  return rows
}
