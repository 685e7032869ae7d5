import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Member } from './choose-lead.ts'

/** The articles that may lead it: the latest 300. */
export async function listMembers(
  db: Db,
  { storyId, now }: { storyId: number; now: Date },
): Promise<(Member & { lead: boolean })[]> {
  const { rows } = await sql<Member & { lead: boolean }>`
    select a.id as "articleId", s.rank, sa.lead, sa.lead_fixed as fixed, sa.copy_of is not null as copy, a.seeded
         , array_length(regexp_split_to_array(left(array_to_string(r.paragraphs, ' '), 6000), '\\s+'), 1) as words
         , r.image is not null as image, r.byline is not null as byline
         , least(coalesce(r.published_at, a.received_at), a.received_at) as at
         , a.retracted_at is not null or coalesce(a.embargo_until > ${now}, false) as withheld
      from story_article sa
      join article a on a.id = sa.article_id
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join source s on s.id = a.source_id
     where sa.story_id = ${storyId}
     order by a.id desc limit 300`.execute(db)
  return rows
}

export async function saveLead(
  db: Db,
  { storyId, articleId }: { storyId: number; articleId: number },
): Promise<void> {
  // Two statements: the index of leads is looked at row by row.
  await sql`update story_article set lead = false where story_id = ${storyId} and lead`.execute(db)
  await sql`
    update story_article set lead = true where story_id = ${storyId} and article_id = ${articleId}`.execute(
    db,
  )
}

/** At most one of a story is fixed; null: none. */
export async function saveFixed(
  db: Db,
  { storyId, articleId }: { storyId: number; articleId: number | null },
): Promise<void> {
  await sql`
    update story_article set lead_fixed = coalesce(article_id = ${articleId}, false) where story_id = ${storyId}`.execute(
    db,
  )
}

/** Stories of the last month whose lead may not leave the house while another may, or where an embargo ended lately. */
export async function listLeadsToRenew(db: Db, now: Date): Promise<number[]> {
  const { rows } = await sql<{ storyId: number }>`
    with withheld as (
      select id from article
       where received_at > ${now}::timestamptz - interval '31 days'
         and (retracted_at is not null or embargo_until > ${now}))
    select sa.story_id as "storyId"
      from withheld w join story_article sa on sa.article_id = w.id and sa.lead
     where exists (select from story_article other
                    where other.story_id = sa.story_id
                      and not exists (select from withheld where id = other.article_id))
     union
    select sa.story_id
      from article a
      join story_article sa on sa.article_id = a.id
      join story s on s.id = sa.story_id
     where a.received_at > ${now}::timestamptz - interval '31 days'
       and a.embargo_until <= ${now} and a.embargo_until > coalesce(s.updated_at, s.created_at)
     limit 1000`.execute(db)
  return rows.map((row) => row.storyId)
}

export async function touchStory(
  db: Db,
  { storyId, now }: { storyId: number; now: Date },
): Promise<void> {
  await sql`update story set updated_at = ${now} where id = ${storyId}`.execute(db)
}
