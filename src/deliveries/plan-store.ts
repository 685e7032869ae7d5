import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { type AudienceRule, audienceRuleOf } from '#editions/audience-rule.ts'
import type { EditionKind } from '#editions/store.ts'
import { isInAudience } from './plan-audience-store.ts'
import { isMeant } from './plan-choices-store.ts'
import { releaseTimeOf } from './release-time.ts'
import type { WarmUp } from './warm-up-store.ts'

export type Plan = {
  editionId: number
  newsletterId: number
  kind: EditionKind
  releaseRule: 'now' | 'local hour'
  releaseAt: Date
  /** The newsletter's hour. */
  localTime: string
  /** Whether it goes to those who want the newsletter once a week. */
  weekly: boolean
  createdAt: Date
  cursor: number
  test: boolean
  warmUp: WarmUp | null
  /** Of a further alert on one story: only for who wants updates. */
  update: boolean
  /** Whether readers are left alone in their quiet hours. */
  quiet: boolean
  /** Whom of the newsletter's readers it goes to. */
  rule: AudienceRule
  editionDate: string
  /** Between the staff's mails and everybody's. */
  holdBackMs: number
}

type PlanRow = Omit<Plan, 'rule'> & { rule: unknown }

/** Whether the edition goes to those who want its newsletter once a week; of a row of `edition`. */
export const isWeekly = sql<boolean>`
  (select n.cadence = 'weekly' or extract(isodow from edition_date) = n.weekly_day
     from newsletter n where n.id = newsletter_id)`

const planColumns = sql`
  id as "editionId", newsletter_id as "newsletterId", kind, release_rule as "releaseRule", release_at as "releaseAt"
, created_at as "createdAt", plan_cursor as cursor, test, warm_up as "warmUp"
, coalesce(local_time::text, (select n.local_time::text from newsletter n where n.id = newsletter_id)) as "localTime"
, update_number is not null as "update", audience_rule as rule, edition_date::text as "editionDate"
, (extract(epoch from hold_back) * 1000)::bigint as "holdBackMs"
, kind = 'alert' and level = 'normal' and release_rule = 'now'
  and exists (select from newsletter n where n.id = newsletter_id and n.quiet_from is not null) as quiet
, ${isWeekly} as weekly`

const mayBePlanned = sql`
  state = 'sending' and planned_at is null and not exists (select from restore_mark where held is not null)`

/** The edition, if it still has readers to plan, and nothing is held. */
export async function findPlan(db: Db, editionId: number): Promise<Plan | undefined> {
  const { rows } = await sql<PlanRow>`
    select ${planColumns} from edition
     where id = ${editionId} and ${mayBePlanned}`.execute(db)
  return planOf(rows)
}

/** The same, locked against a second planner. */
export async function lockPlan(db: Db, editionId: number): Promise<Plan | undefined> {
  const { rows } = await sql<PlanRow>`
    select ${planColumns} from edition
     where id = ${editionId} and ${mayBePlanned}
       for update`.execute(db)
  return planOf(rows)
}

function planOf([row]: PlanRow[]): Plan | undefined {
  return row && { ...row, rule: audienceRuleOf(row.rule) }
}

/** Readers of a slice who have the same hour, destination and fate. */
export type Group = { zone: string; destination: number; reason: string | null; count: number }

export async function groupSlice(db: Db): Promise<Group[]> {
  const { rows } = await sql<Group>`
    select time_zone as zone, destination, reason, count(*) as count
      from slice group by time_zone, destination, reason order by 1, 2, 3`.execute(db)
  return rows
}

/** What of a slice the edition has not yet: hours, and lists of blocks. */
export type News = {
  zones: string[]
  variants: boolean
  /** The variant of all blocks, once it is there. */
  variant: number | null
}

export async function findNews(
  db: Db,
  { plan, zones, every }: { plan: Plan; zones: string[]; every: number[] },
): Promise<News> {
  const { rows } = await sql<News>`
    select array(select zone from unnest(${zones}::text[]) zone
                  where zone not in (select time_zone from cohort where edition_id = ${plan.editionId})) as zones
         , exists (select from slice s
                    where s.blocks is not null
                      and not exists (select from variant v where v.edition_id = ${plan.editionId} and v.blocks = s.blocks))
           or not exists (select from variant where edition_id = ${plan.editionId} and blocks = ${every}::integer[]) as variants
         , (select id from variant where edition_id = ${plan.editionId} and blocks = ${every}::integer[]) as variant`.execute(
    db,
  )
  return rows[0] ?? { zones, variants: true, variant: null }
}

/** Readers who share a release time: a zone, a zone and an hour of their own, or the staff. */
export async function insertCohorts(
  db: Db,
  { plan, zones }: { plan: Plan; zones: string[] },
): Promise<void> {
  const instants = zones.map((zone) => releaseTimeOf(zone, plan))
  await sql`
    insert into cohort (edition_id, id, time_zone, release_at)
    select ${plan.editionId}
         , (select coalesce(max(id), 0) from cohort where edition_id = ${plan.editionId}) + row_number() over (order by z.time_zone)
         , z.time_zone, z.release_at
      from unnest(${zones}::text[], ${instants}::timestamptz[]) as z (time_zone, release_at)
     where z.time_zone not in (select time_zone from cohort where edition_id = ${plan.editionId})`.execute(
    db,
  )
}

/** Lists of blocks that no reader had before. @returns the variant of all blocks */
export async function insertVariants(
  db: Db,
  { plan, every }: { plan: Plan; every: number[] },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    with added as (
      insert into variant (edition_id, id, blocks)
      select ${plan.editionId}
           , (select coalesce(max(id), 0) from variant where edition_id = ${plan.editionId}) + row_number() over (order by b.blocks)
           , b.blocks
        from (select blocks from slice where blocks is not null union select ${every}::integer[]) b
       where not exists (select from variant v where v.edition_id = ${plan.editionId} and v.blocks = b.blocks)
      returning id, blocks
    )
    select id from added where blocks = ${every}::integer[]
     union all
    select id from variant where edition_id = ${plan.editionId} and blocks = ${every}::integer[]`.execute(
    db,
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('the variant of all blocks was neither there nor added')
  return id
}

/** Rows that are left out belong to no cohort, so that no walk meets them. */
export async function insertDeliveries(
  db: Db,
  { plan, variant, now }: { plan: Plan; variant: number; now: Date },
): Promise<void> {
  await sql`
    insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after
                         , outcome_at, reason)
    select ${plan.editionId}, s.subscriber_id
         , case when s.reason is null then 'planned'::delivery_state else 'excluded'::delivery_state end
         , coalesce(v.id, ${variant}), case when s.reason is null then c.id else 0 end, s.destination
         , c.release_at, c.not_after, case when s.reason is not null then ${now}::timestamptz end, s.reason
      from slice s
      join (select c.id, c.time_zone, c.release_at, c.release_at + e.not_after as not_after
              from cohort c join edition e on e.id = c.edition_id
             where c.edition_id = ${plan.editionId}) c on c.time_zone = s.time_zone
      left join variant v on v.edition_id = ${plan.editionId} and v.blocks = s.blocks
     order by s.subscriber_id`.execute(db)
}

/** Where drains will walk, and how many rows. A reopened walk goes on behind its cursor: slices come in the order of ids. */
export async function openDrains(
  db: Db,
  { plan, groups }: { plan: Plan; groups: Group[] },
): Promise<void> {
  const due = groups.filter((group) => group.reason === null)
  await sql`
    insert into delivery_drain (edition_id, cohort, destination, release_at, planned)
    select c.edition_id, c.id, g.destination, c.release_at, g.count
      from unnest(${due.map((group) => group.zone)}::text[], ${due.map((group) => group.destination)}::integer[]
                , ${due.map((group) => group.count)}::bigint[]) as g (zone, destination, count)
      join cohort c on c.edition_id = ${plan.editionId} and c.time_zone = g.zone
     order by c.id, g.destination
    on conflict (edition_id, cohort, destination) do update set planned = delivery_drain.planned + excluded.planned`.execute(
    db,
  )
}

export async function dropSlice(db: Db): Promise<void> {
  await sql`drop table slice`.execute(db)
}

export async function movePlan(
  db: Db,
  { plan, cursor }: { plan: Plan; cursor: number },
): Promise<void> {
  await sql`update edition set plan_cursor = ${cursor} where id = ${plan.editionId}`.execute(db)
}

/** With the last slice the audience is final: the number that the accounts must add up to. */
export async function endPlan(
  db: Db,
  { plan, cursor, planned, now }: { plan: Plan; cursor: number; planned: number; now: Date },
): Promise<void> {
  await sql`
    update edition
       set plan_cursor = ${cursor}, planned_at = ${now}
         , audience = ${planned}::bigint
                    + (select coalesce(sum(count), 0) from tally where edition_id = ${plan.editionId} and what = 'planned')
     where id = ${plan.editionId}`.execute(db)
}

/** A slice that a power cut loses is planned again: its cursor is lost with it. A claim brings it to the disk. */
export async function commitLazily(db: Db, lazily: boolean): Promise<void> {
  await sql`select set_config('synchronous_commit', ${lazily ? 'off' : 'on'}, true)`.execute(db)
}

/** Fresh statistics of the partition that holds the edition, and of no other. */
export async function analyseLedger(db: Db, editionId: number): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tableoid::regclass::text as name from delivery where edition_id = ${editionId} limit 1`.execute(
    db,
  )
  const name = rows[0]?.name
  if (name !== undefined) await sql`analyze ${sql.table(name)}`.execute(db)
}

/** Editions whose planning lost its job. */
export async function listUnplanned(db: Db): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from edition where state = 'sending' and planned_at is null order by id limit 100`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

/** The plan as it would be made now, whatever its edition's state. */
export async function readPlan(db: Db, editionId: number): Promise<Plan | undefined> {
  const { rows } = await sql<PlanRow>`
    select ${planColumns} from edition where id = ${editionId}`.execute(db)
  return planOf(rows)
}

/** How many readers the edition would go to if it were planned now, but for pauses and what they were told before. */
export async function countAudience(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  editionId: number,
): Promise<number> {
  const plan = await readPlan(db, editionId)
  if (plan === undefined) return 0
  const { rows } = await sql<{ count: number }>`
    select count(*) as count
      from subscription u
      join subscriber s on s.id = u.subscriber_id and s.state = 'active'
     where u.newsletter_id = ${plan.newsletterId} and u.cadence <> 'off'
       and not exists (select from suppression p where p.address_hash = s.address_hash)
       and not exists (select from suppressed_domain x where x.domain = s.domain)
       ${isMeant(plan)} ${isInAudience(plan.rule, { now: clock.now() })}`.execute(db)
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
