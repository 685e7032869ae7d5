import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'

export type StoryLine = {
  story: number
  articles: number
  outlets: number
  since: Date
  latest: Date
  lead: number
  headline: string
}

/** Running stories, the one with the latest article first. */
export async function listStories(
  db: Db,
  { limit, least = 1 }: { limit: number; least?: number },
): Promise<StoryLine[]> {
  const { rows } = await sql<StoryLine>`
    with latest as (
      select sa.story_id, count(*)::integer as articles, count(distinct a.source_id)::integer as outlets
           , min(a.received_at) as since, max(a.received_at) as latest
        from story_article sa join article a on a.id = sa.article_id
       group by sa.story_id having count(*) >= ${least}
       order by max(a.received_at) desc, sa.story_id desc
       limit ${Math.min(limit, 200)})
    select l.story_id as story, l.articles, l.outlets, l.since, l.latest, sa.article_id as lead, r.headline
      from latest l
      join story_article sa on sa.story_id = l.story_id and sa.lead
      join article a on a.id = sa.article_id
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
     order by l.latest desc, l.story_id desc`.execute(db)
  return rows
}

export type StoryMember = {
  article: number
  lead: boolean
  /** A person chose it to lead. */
  fixed: boolean
  copyOf: number | null
  /** What brought it here, 0 to 1; null for the first, and where a person decided. */
  likeness: number | null
  publisher: string
  headline: string
  at: Date
  seeded: boolean
  embargoUntil: Date | null
  retractedAt: Date | null
  change: 'typo' | 'substantial' | null
}

export type StoryView = { story: number; mergedInto: number | null; articles: StoryMember[] }

/** @throws Refusal where there is none */
export async function getStoryView(db: Db, storyId: number): Promise<StoryView> {
  const { rows } = await sql<{ mergedInto: number | null }>`
    select merged_into as "mergedInto" from story where id = ${storyId}`.execute(db)
  const [row] = rows
  if (row === undefined)
    throw new Refusal(`there is no running story ${storyId}: "daybreak stories" lists them`, {
      field: 'story',
      status: 404,
    })
  return { story: storyId, mergedInto: row.mergedInto, articles: await listMembers(db, storyId) }
}

async function listMembers(db: Db, storyId: number): Promise<StoryMember[]> {
  const { rows } = await sql<StoryMember>`
    select a.id as article, sa.lead, sa.lead_fixed as fixed, sa.copy_of as "copyOf", sa.likeness
         , coalesce(r.publisher, s.name) as publisher, r.headline
         , least(coalesce(r.published_at, a.received_at), a.received_at) as at
         , a.seeded, a.embargo_until as "embargoUntil", a.retracted_at as "retractedAt", r.change
      from story_article sa
      join article a on a.id = sa.article_id
      join article_revision r on (r.article_id, r.revision) = (a.id, a.current_revision)
      join source s on s.id = a.source_id
     where sa.story_id = ${storyId}
     order by at, a.id limit 300`.execute(db)
  return rows
}
