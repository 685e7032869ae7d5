import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Plan } from './plan-store.ts'

/** Subscribers of one slice, by id: above `after`, up to and with `last`. */
export type Range = { after: number; last: number }

/** Where the next slice ends, and how many have an interest in the newsletter up to there. */
export async function findRange(
  db: Db,
  { plan, limit }: { plan: Plan; limit: number },
): Promise<Range & { count: number }> {
  const { rows } = await sql<{ count: number; last: number | null }>`
    select count(*) as count, max(subscriber_id) as last
      from (select subscriber_id from subscription
             where newsletter_id = ${plan.newsletterId} and subscriber_id > ${plan.cursor}
             order by subscriber_id
             limit ${limit}) next`.execute(db)
  return { after: plan.cursor, count: rows[0]?.count ?? 0, last: rows[0]?.last ?? plan.cursor }
}

/**
 * The readers of the range into a temporary table: those who chose the newsletter, less those who had left before the
 * edition was made. A reader who follows topics gets their stories and those without a topic, or the lead if that
 * leaves none. A story that an earlier digest told this reader is not told again.
 *
 * Blocks are null for who gets all of them: comparing lists costs more than the rest of a row.
 *
 * Each table is cut to the range by itself: PostgreSQL does not carry it over a join, and read all subscribers up to
 * the range instead (a million in slices: 40 s, and 8 s so).
 */
export async function pickReaders(
  db: Db,
  { plan, range, every, now }: { plan: Plan; range: Range; every: number[]; now: Date },
): Promise<void> {
  const told = plan.kind === 'digest' ? await listTellers(db, plan) : []
  const parts = plan.kind === 'digest' && (await hasFollowers(db, range))
  await sql`
    create temporary table slice on commit drop as
    with everything as (select ${every}::integer[] as blocks)
    ${parts ? chosenPart(plan, range) : sql``}
    ${told.length > 0 ? toldPart({ plan, range, told }) : sql``}
    , reader as (
      select u.subscriber_id, u.cadence, u.snoozed_until, s.state, s.address_hash, s.time_zone, s.domain, s.confirmed_at
           , ${parts ? sql`c.blocks` : sql`null::integer[]`} as chosen
           , ${told.length > 0 ? sql`t.blocks` : sql`null::integer[]`} as told
        from subscription u
        join subscriber s on s.id = u.subscriber_id and ${within(range, sql`s.id`)}
        ${parts ? sql`left join chosen c on c.subscriber_id = u.subscriber_id` : sql``}
        ${told.length > 0 ? sql`left join told t on t.subscriber_id = u.subscriber_id` : sql``}
       where u.newsletter_id = ${plan.newsletterId} and ${within(range, sql`u.subscriber_id`)}
         and s.state not in ('pending', 'erased')
         and (u.cadence <> 'off' or u.changed_at > ${plan.createdAt})
         and (s.state <> 'left' or s.left_at > ${plan.createdAt})
    ), wanted as (
      select r.*
           , case when told is not null
                  then array(select w from unnest(coalesce(chosen, e.blocks)) w where w <> all(told) order by w)
                  else chosen end as blocks
        from reader r cross join everything e
    )
    select r.subscriber_id, case when r.blocks = '{}' then r.chosen else r.blocks end as blocks
         , case ${plan.releaseRule} when 'now' then '*' else r.time_zone end as time_zone
         , coalesce(dd.destination_id, 1) as destination
         , case when r.state = 'left' or r.cadence = 'off' then 'left'
                when r.state <> 'active' or p.address_hash is not null then 'suppressed'
                when r.snoozed_until > ${now} and ${plan.releaseRule} = 'now' then 'snoozed'
                when r.blocks = '{}' then 'already told'
                ${warmingUp(plan)}
           end as reason
      from wanted r
      left join domain_destination dd on dd.domain = r.domain
      left join suppression p on p.address_hash = r.address_hash`.execute(db)
}

/** All blocks of the edition, in their order; the mail itself where it is not made of stories. */
export async function listBlocks(db: Db, { editionId }: Plan): Promise<number[]> {
  const { rows } = await sql<{ blocks: number[] }>`
    select coalesce(array_agg(position order by position), '{0}') as blocks
      from edition_story where edition_id = ${editionId}`.execute(db)
  return rows[0]?.blocks ?? [0]
}

/** Earlier editions of the newsletter that told one of these stories. */
async function listTellers(db: Db, plan: Plan): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct b.id
      from edition_story es
      join edition_story earlier on earlier.story_id = es.story_id and earlier.edition_id <> es.edition_id
      join edition b on b.id = earlier.edition_id and b.newsletter_id = ${plan.newsletterId} and not b.test
     where es.edition_id = ${plan.editionId}`.execute(db)
  return rows.map((row) => row.id)
}

async function hasFollowers(db: Db, range: Range): Promise<boolean> {
  const { rows } = await sql<{ some: boolean }>`
    select exists (select from subscription
                    where topic_id is not null and cadence <> 'off' and ${within(range, sql`subscriber_id`)}) as some`.execute(
    db,
  )
  return rows[0]?.some === true
}

/** Readers who follow the same topics get the same blocks: the stories are matched once a set of topics. */
function chosenPart(plan: Plan, range: Range): RawBuilder<unknown> {
  return sql`
    , block as materialized (
      select es.position, coalesce(array_agg(at.topic_id) filter (where at.topic_id is not null), '{}') as topics
        from edition_story es left join article_topic at on at.article_id = es.article_id
       where es.edition_id = ${plan.editionId}
       group by es.position
    ), follower as (
      select subscriber_id, array_agg(topic_id order by topic_id) as topics
        from (select subscriber_id, topic_id from subscription
               where topic_id is not null and cadence <> 'off' and ${within(range, sql`subscriber_id`)}
               order by subscriber_id, topic_id) f
       group by subscriber_id
    ), interest as (
      select f.topics
           , coalesce((select array_agg(b.position order by b.position) from block b
                        where b.topics && f.topics or b.topics = '{}'), '{0}') as blocks
        from (select distinct topics from follower) f
    ), chosen as (
      select f.subscriber_id, i.blocks from follower f join interest i on i.topics = f.topics
    )`
}

function toldPart({
  plan,
  range,
  told,
}: {
  plan: Plan
  range: Range
  told: number[]
}): RawBuilder<unknown> {
  return sql`
    , told as (
      select d.subscriber_id, array_agg(es.position) as blocks
        from delivery d
        join variant v on v.edition_id = d.edition_id and v.id = d.variant
        join edition_story earlier on earlier.edition_id = d.edition_id and earlier.position = any(v.blocks)
        join edition_story es on es.edition_id = ${plan.editionId} and es.story_id = earlier.story_id
       where d.edition_id = any(${told}::bigint[]) and ${within(range, sql`d.subscriber_id`)}
         and d.state in ('accepted', 'uncertain')
       group by d.subscriber_id
    )`
}

/** Above the curve of a sending domain that is new: who confirmed longest ago, and whose mails came back. */
function warmingUp({ warmUp }: Plan): RawBuilder<unknown> {
  if (warmUp?.cut == null) return sql``
  const { confirmedAt, subscriberId, bounced } = warmUp.cut
  return sql`
                when (r.confirmed_at, r.subscriber_id) < (${confirmedAt}::timestamptz, ${subscriberId}::bigint)
                     or r.subscriber_id = any(${bounced}::bigint[]) then 'warming up'`
}

function within({ after, last }: Range, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${id} > ${after}::bigint and ${id} <= ${last}::bigint`
}
