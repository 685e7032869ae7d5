import { type RawBuilder, sql } from 'kysely'
import type { Withheld } from '#articles/revisions/withhold.ts'
import type { Db } from '#db/open.ts'

/** A story that the newsletter may tell, by its lead. */
export type Candidate = {
  storyId: number
  articleId: number
  headline: string
  articles: number
  sources: number
  topics: { slug: string; name: string }[]
  publishedAt: Date
  breaking: boolean
  rank: number
  /** When an alert last told it; null where none did. */
  alertedAt: Date | null
}

export type Candidacy = {
  newsletterId: number
  now: Date
  /** How far back news goes. */
  hours: number
  /** Only stories of these topics; empty: of all. */
  topicIds: number[]
  /** What a feed held before it was added is told if it was published since; null: not at all. */
  historySince: Date | null
}

/**
 * Stories with an article that came in within the hours, and why this newsletter must not tell them: it has told one of
 * the articles that are in it by now, whatever story they were in then; it is withdrawn, under embargo, of a feed's
 * history, or of topics that the newsletter has not.
 */
function considered(candidacy: Candidacy): RawBuilder<unknown> {
  const { newsletterId, now, hours, topicIds, historySince } = candidacy
  const story = sql`
      select sa.story_id, lead.article_id, count(*)::integer as articles, count(distinct coalesce(r.publisher, s.name))::integer as sources
           , max(coalesce(r.published_at, r.received_at)) as published_at, bool_or(r.breaking) as breaking
           , bool_and(a.seeded and coalesce(r.published_at, a.received_at) <= coalesce(${historySince}::timestamptz, 'infinity')) as history
           , bool_and(a.retracted_at is not null) as withdrawn
        from story_article sa
        join article a on a.id = sa.article_id
        join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
        join source s on s.id = a.source_id
        join story_article lead on lead.story_id = sa.story_id and lead.lead
       where greatest(a.received_at, a.embargo_until) > ${now}::timestamptz - make_interval(hours => ${hours})
         and a.received_at <= ${now}
       group by sa.story_id, lead.article_id`
  return sql`
    recent as (${story}), considered as (
      select c.*, lr.headline, ls.rank
           , case when c.withdrawn or la.retracted_at is not null then 'withdrawn'
                  when la.embargo_until > ${now} then 'under embargo'
                  when c.history then 'in the feed before it was added'
                  when exists (select from story_article member
                                 join edition_story es on es.article_id = member.article_id
                                 join edition e on e.id = es.edition_id
                                where member.story_id = c.story_id and e.newsletter_id = ${newsletterId} and e.kind = 'digest'
                                  and e.state in ('approved', 'scheduled', 'sending', 'sent', 'held') and not e.test)
                  then 'already told'
                  when cardinality(${topicIds}::bigint[]) > 0
                       and not exists (select from article_topic at
                                        where at.article_id = c.article_id and at.topic_id = any(${topicIds}::bigint[]))
                  then 'of other topics'
             end as reason
        from recent c
        join article la on la.id = c.article_id
        join article_revision lr on (lr.article_id, lr.revision) = (la.id, la.current_revision)
        join source ls on ls.id = la.source_id
    )`
}

/** The best first: breaking, told by several, newest. */
export async function listCandidates(
  db: Db,
  { limit, ...candidacy }: Candidacy & { limit: number },
): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    with ${considered(candidacy)}
    select c.story_id as "storyId", c.article_id as "articleId", c.headline, c.articles, c.sources
         , c.published_at as "publishedAt", c.breaking, c.rank
         , coalesce((select jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.name) order by at.position)
                       from article_topic at join topic t on t.id = at.topic_id
                      where at.article_id = c.article_id), '[]') as topics
         , (select max(e.release_at)
              from story_article member
              join edition_story es on es.article_id = member.article_id
              join edition e on e.id = es.edition_id
             where member.story_id = c.story_id and e.kind = 'alert'
               and e.state in ('sending', 'sent', 'held', 'stopped')) as "alertedAt"
      from considered c
     where c.reason is null
     order by c.breaking desc, c.articles desc, c.published_at desc, c.story_id
     limit ${limit}`.execute(db)
  return rows
}

/** How many stories came in, and how many of them each rule left out. */
export async function countConsidered(
  db: Db,
  candidacy: Candidacy,
): Promise<{ seen: number; leftOut: Record<string, number> }> {
  const { rows } = await sql<{ reason: string | null; count: number }>`
    with ${considered(candidacy)}
    select reason, count(*)::integer as count from considered group by reason order by reason`.execute(
    db,
  )
  return {
    seen: rows.reduce((sum, { count }) => sum + count, 0),
    leftOut: Object.fromEntries(
      rows.flatMap(({ reason, count }) => (reason === null ? [] : [[reason, count]])),
    ),
  }
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
