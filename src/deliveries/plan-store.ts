import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionKind } from '#editions/store.ts'

export type Plan = {
  editionId: number
  newsletterId: number
  kind: EditionKind
  releaseRule: 'now' | 'local hour'
  releaseAt: Date
  createdAt: Date
  cursor: number
}

/** The edition, locked against a second planner, if it still has readers to plan. */
export async function lockPlan(db: Db, editionId: number): Promise<Plan | undefined> {
  const { rows } = await sql<Plan>`
    select id as "editionId", newsletter_id as "newsletterId", kind, release_rule as "releaseRule"
         , release_at as "releaseAt", created_at as "createdAt", plan_cursor as cursor
      from edition
     where id = ${editionId} and state = 'sending' and planned_at is null
       for update`.execute(db)
  return rows[0]
}

/**
 * The next readers in the order of their ids, into a temporary table: those who chose the newsletter, less those who
 * had left before the edition was made. A reader who follows topics gets their stories and those without a topic, or
 * the lead if that leaves none. A story that an earlier digest told this reader is not told again.
 */
export async function pickReaders(
  db: Db,
  { plan, now, limit }: { plan: Plan; now: Date; limit: number },
): Promise<{ readers: number; last: number }> {
  await sql`
    create temporary table slice on commit drop as
    with reader as (
      select u.subscriber_id, u.cadence, u.snoozed_until, s.state, s.address_hash, s.time_zone, s.domain
        from subscription u join subscriber s on s.id = u.subscriber_id
       where u.newsletter_id = ${plan.newsletterId} and u.subscriber_id > ${plan.cursor}
         and s.state not in ('pending', 'erased')
         and (u.cadence <> 'off' or u.changed_at > ${plan.createdAt})
         and (s.state <> 'left' or s.left_at > ${plan.createdAt})
       order by u.subscriber_id
       limit ${limit}
    ), follows as (
      select u.subscriber_id, array_agg(u.topic_id) as topics
        from subscription u
       where u.topic_id is not null and u.cadence <> 'off' and ${plan.kind} = 'digest'
         and u.subscriber_id in (select subscriber_id from reader)
       group by u.subscriber_id
    ), block as (
      select es.position, coalesce(array_agg(at.topic_id) filter (where at.topic_id is not null), '{}') as topics
        from edition_story es left join article_topic at on at.article_id = es.article_id
       where es.edition_id = ${plan.editionId}
       group by es.position
    ), everything as (
      select coalesce(array_agg(position order by position), '{0}') as blocks from block
    ), chosen as (
      select f.subscriber_id
           , coalesce(array_agg(b.position order by b.position) filter (where b.position is not null), '{0}') as blocks
        from follows f left join block b on b.topics && f.topics or b.topics = '{}'
       group by f.subscriber_id
    ), told as (
      select d.subscriber_id, array_agg(es.position) as blocks
        from edition_story es
        join edition_story before on before.story_id = es.story_id and before.edition_id <> es.edition_id
        join edition b on b.id = before.edition_id and b.newsletter_id = ${plan.newsletterId} and not b.test
        join delivery d on d.edition_id = b.id and d.state in ('accepted', 'uncertain')
                       and d.subscriber_id in (select subscriber_id from reader)
        join variant v on v.edition_id = b.id and v.id = d.variant and before.position = any(v.blocks)
       where es.edition_id = ${plan.editionId} and ${plan.kind} = 'digest'
       group by d.subscriber_id
    ), wanted as (
      select r.subscriber_id
           , array(select w from unnest(coalesce(c.blocks, e.blocks)) w where w <> all(coalesce(t.blocks, '{}')) order by w) as blocks
           , coalesce(c.blocks, e.blocks) as every_block
        from reader r
        cross join everything e
        left join chosen c using (subscriber_id)
        left join told t using (subscriber_id)
    )
    select r.subscriber_id, case when w.blocks = '{}' then w.every_block else w.blocks end as blocks
         , case ${plan.releaseRule} when 'now' then '*' else r.time_zone end as time_zone
         , coalesce(dd.destination_id, 1) as destination
         , case when r.state = 'left' or r.cadence = 'off' then 'left'
                when r.state <> 'active' or p.address_hash is not null then 'suppressed'
                when r.snoozed_until > ${now} and ${plan.releaseRule} = 'now' then 'snoozed'
                when w.blocks = '{}' then 'already told'
           end as reason
      from reader r
      join wanted w using (subscriber_id)
      left join domain_destination dd on dd.domain = r.domain
      left join suppression p on p.address_hash = r.address_hash`.execute(db)
  const { rows } = await sql<{ readers: number; last: number | null }>`
    select count(*) as readers, max(subscriber_id) as last from slice`.execute(db)
  return { readers: rows[0]?.readers ?? 0, last: rows[0]?.last ?? plan.cursor }
}

/** Readers who share a release time. A zone that this server does not know gets the hour of UTC. */
export async function insertCohorts(db: Db, plan: Plan): Promise<void> {
  await sql`
    insert into cohort (edition_id, id, time_zone, release_at)
    select e.id, (select coalesce(max(id), 0) from cohort where edition_id = e.id) + row_number() over (order by z.time_zone)
         , z.time_zone
         , case when z.time_zone = '*' then e.release_at
                else greatest(e.release_at, (e.edition_date + n.local_time) at time zone coalesce(known.name, 'UTC')) end
      from (select distinct time_zone from slice) z
      join edition e on e.id = ${plan.editionId}
      join newsletter n on n.id = e.newsletter_id
      left join (select name from pg_timezone_names where ${plan.releaseRule} <> 'now') known on known.name = z.time_zone
     where not exists (select from cohort c where c.edition_id = e.id and c.time_zone = z.time_zone)`.execute(
    db,
  )
}

export async function insertVariants(db: Db, plan: Plan): Promise<void> {
  await sql`
    insert into variant (edition_id, id, blocks)
    select ${plan.editionId}
         , (select coalesce(max(id), 0) from variant where edition_id = ${plan.editionId}) + row_number() over (order by b.blocks)
         , b.blocks
      from (select distinct blocks from slice) b
     where not exists (select from variant v where v.edition_id = ${plan.editionId} and v.blocks = b.blocks)`.execute(
    db,
  )
}

export async function insertDeliveries(
  db: Db,
  { plan, now }: { plan: Plan; now: Date },
): Promise<void> {
  await sql`
    insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after
                         , outcome_at, reason)
    select e.id, s.subscriber_id, (case when s.reason is null then 'planned' else 'excluded' end)::delivery_state
         , v.id, c.id, s.destination, c.release_at, c.release_at + e.not_after
         , case when s.reason is not null then ${now}::timestamptz end, s.reason
      from slice s
      join edition e on e.id = ${plan.editionId}
      join cohort c on c.edition_id = e.id and c.time_zone = s.time_zone
      join variant v on v.edition_id = e.id and v.blocks = s.blocks
     order by s.subscriber_id`.execute(db)
}

/** Where drains will walk. A reopened walk goes on behind its cursor, as slices come in the order of ids. */
export async function openDrains(db: Db, plan: Plan): Promise<void> {
  await sql`
    insert into delivery_drain (edition_id, cohort, destination, release_at)
    select distinct ${plan.editionId}::bigint, c.id, s.destination, c.release_at
      from slice s join cohort c on c.edition_id = ${plan.editionId} and c.time_zone = s.time_zone
     where s.reason is null
    on conflict do nothing`.execute(db)
  await sql`drop table slice`.execute(db)
}

/** With the last slice the audience is final: the number that the accounts must add up to. */
export async function finishPlan(
  db: Db,
  { plan, cursor, final, now }: { plan: Plan; cursor: number; final: boolean; now: Date },
): Promise<void> {
  await sql`
    update edition
       set plan_cursor = ${cursor}
         , planned_at = case when ${final} then ${now}::timestamptz end
         , audience = case when ${final} then (select count(*) from delivery where edition_id = ${plan.editionId}) end
     where id = ${plan.editionId}`.execute(db)
}

/** Editions whose planning lost its job. */
export async function listUnplanned(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from edition where state = 'sending' and planned_at is null order by id limit 100`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

/** How many readers the newsletter's next mail would be planned for, before consent is looked at once more. */
export async function countAudience(db: Db, editionId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count
      from edition e
      join subscription u on u.newsletter_id = e.newsletter_id and u.cadence <> 'off'
      join subscriber s on s.id = u.subscriber_id and s.state = 'active'
     where e.id = ${editionId}`.execute(db)
  return rows[0]?.count ?? 0
}

/** The blocks that the reader's mail of this edition joins; undefined for who is not in its ledger. */
export async function findBlocks(
  db: Db,
  { editionId, subscriberId }: { editionId: number; subscriberId: number },
): Promise<number[] | undefined> {
  const { rows } = await sql<{ blocks: number[] }>`
    select v.blocks from delivery d join variant v on v.edition_id = d.edition_id and v.id = d.variant
     where d.edition_id = ${editionId} and d.subscriber_id = ${subscriberId}`.execute(db)
  return rows[0]?.blocks
}
