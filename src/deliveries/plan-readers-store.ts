import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { SINCE } from '#mail/digest-blocks.ts'
import { listMended, mendedPart, toldByAnother } from './corrections/mended-store.ts'
import { isInAudience } from './plan-audience-store.ts'
import { chosenPart, hasTopicChoices, isMeant } from './plan-choices-store.ts'
import { type Range, within } from './plan-range.ts'
import { listQuietZones } from './plan-quiet-store.ts'
import type { Plan } from './plan-store.ts'
import { STAFF } from './release-time.ts'
import { listSince, listTellers, NO_TELLERS, toldPart } from './plan-told-store.ts'

/** Where the next slice ends, and how many have an interest in the newsletter up to there. */
export async function findRange(
  db: Db,
  { plan, limit }: { plan: Plan; limit: number },
): Promise<Range & { count: number }> {
  const interested =
    'carried' in plan.rule
      ? sql`(${whoHasIt(plan.rule.carried.editionId)}) copy where true`
      : sql`subscription where newsletter_id = ${plan.newsletterId}`
  const { rows } = await sql<{ count: number; last: number | null }>`
    select count(*) as count, max(subscriber_id) as last
      from (select subscriber_id from ${interested} and subscriber_id > ${plan.cursor}
             order by subscriber_id
             limit ${limit}) next`.execute(db)
  return { after: plan.cursor, count: rows[0]?.count ?? 0, last: rows[0]?.last ?? plan.cursor }
}

/** In the order of the ledger's key: it is read as far as the limit. */
function whoHasIt(editionId: number): RawBuilder<unknown> {
  return sql`
    select subscriber_id from delivery where edition_id = ${editionId}
     union all
    select subscriber_id from service_mail
     where kind = 'latest' and (payload ->> 'editionId')::bigint = ${editionId}`
}

/**
 * The readers of the range into a temporary table: those whose choices mean this edition, less those who had left
 * before it was made. A story that an earlier digest told this reader is not told again.
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
  const { told, since, mended, quiet, closed, parts } = await readReasons(db, { plan, range, now })
  const correction = 'carried' in plan.rule ? plan.rule : null
  await sql`
    create temporary table slice on commit drop as
    with everything as (select ${every}::integer[] as blocks)
    ${when(parts, () => chosenPart(plan, range))}
    ${when(told.all, () => toldPart({ plan, range, told }))}
    ${when(mended, () => mendedPart(mended, range))}
    , reader as (
      select u.subscriber_id, u.cadence, u.snoozed_until, s.state, s.address_hash, s.domain, s.confirmed_at
           , ${cohortOf(plan)} as time_zone
           , ${blocksOf(parts, 'c.blocks')} as chosen, ${blocksOf(told.all, 't.blocks')} as told
           , ${blocksOf(since, 't.alerted')} as alerted, ${blocksOf(mended, 'm.blocks')} as mended
           , ${correction === null ? sql`false` : toldByAnother(correction, plan.editionId)} as knows
           , s.time_zone = any(${quiet}::text[]) as quiet
        from subscription u
        join subscriber s on s.id = u.subscriber_id and ${within(range, sql`s.id`)}
        ${when(parts, () => sql`left join chosen c on c.subscriber_id = u.subscriber_id`)}
        ${when(told.all, () => sql`left join told t on t.subscriber_id = u.subscriber_id`)}
        ${when(mended, () => sql`left join mended m on m.subscriber_id = u.subscriber_id`)}
       where u.newsletter_id = ${plan.newsletterId} and ${within(range, sql`u.subscriber_id`)}
         and s.state not in ('pending', 'erased')
         ${when(correction === null, () => isStillHere(plan))}
         ${isMeant(plan, range)} ${isInAudience(plan.rule, { range, now })}
         ${when(parts, () => sql`and c.blocks is distinct from '{}'`)}
    ), wanted as (
      select r.*
           , case when told is not null
                  then array(select w from unnest(coalesce(chosen, e.blocks)) w where w <> all(told) order by w)
                  else chosen end as blocks
           , case when alerted is not null
                  then array(select ${SINCE}::integer + w from unnest(coalesce(chosen, e.blocks)) w
                              where w = any(alerted) and w = any(${since}::integer[]) order by w)
             end as since
        from reader r cross join everything e
    )
    select r.subscriber_id
         , case when r.blocks = '{}' then r.chosen
                when r.mended is not null then coalesce(r.blocks, e.blocks) || r.since || r.mended
                else r.blocks || r.since end as blocks
         , r.time_zone, coalesce(dd.destination_id, 1) as destination
         , case when r.state = 'left' or r.cadence = 'off' then 'left'
                when r.state <> 'active' or p.address_hash is not null then 'suppressed'
                ${when(closed, () => sql`when r.domain in (select domain from suppressed_domain) then 'suppressed'`)}
                when r.snoozed_until > ${now} and ${plan.releaseRule} = 'now' then 'snoozed'
                when r.blocks = '{}' or r.knows then 'already told'
                when r.quiet then 'quiet hours'
                ${warmingUp(plan)}
           end as reason
      from wanted r cross join everything e
      left join domain_destination dd on dd.domain = r.domain
      left join suppression p on p.address_hash = r.address_hash`.execute(db)
}

/** What may keep a story, or the mail, from a reader of the range; what is not there costs nothing. */
async function readReasons(db: Db, { plan, range, now }: { plan: Plan; range: Range; now: Date }) {
  const digest = plan.kind === 'digest'
  const told = digest ? await listTellers(db, plan) : NO_TELLERS
  return {
    told,
    since: told.alerts.length > 0 ? await listSince(db, plan) : [],
    mended: digest ? await listMended(db, plan) : [],
    quiet: plan.quiet ? await listQuietZones(db, { ...plan, now }) : [],
    closed: await hasSuppressedDomains(db),
    parts: digest && (await hasTopicChoices(db, range)),
  }
}

type Some = boolean | readonly unknown[]

const isSome = (some: Some) => (typeof some === 'boolean' ? some : some.length > 0)

function when(some: Some, part: () => RawBuilder<unknown>): RawBuilder<unknown> {
  return isSome(some) ? part() : sql``
}

function blocksOf(some: Some, column: string): RawBuilder<unknown> {
  return isSome(some) ? sql.ref(column) : sql`null::integer[]`
}

/** Not gone before it was made: who left since is booked as having left. */
function isStillHere({ createdAt }: Plan): RawBuilder<unknown> {
  return sql`
    and (u.cadence <> 'off' or u.changed_at > ${createdAt})
    and (s.state <> 'left' or s.left_at > ${createdAt})`
}

/** Who gets the edition first is apart, where the others are held back. */
function cohortOf(plan: Plan): RawBuilder<unknown> {
  if (plan.holdBackMs === 0) return hourOf(plan)
  return sql`
    case when u.subscriber_id in (select subscriber_id from staff_reader) then ${STAFF} else ${hourOf(plan)} end`
}

/** A reader's own hour counts where it is later than the newsletter's: `Europe/Berlin 07:30`. */
export function hourOf({
  kind,
  releaseRule,
  localTime,
}: Pick<Plan, 'kind' | 'releaseRule' | 'localTime'>): RawBuilder<unknown> {
  if (releaseRule === 'now') return sql`'*'::text`
  if (kind !== 'digest') return sql`s.time_zone`
  return sql`
    case when s.digest_time > ${localTime}::time then s.time_zone || to_char(s.digest_time, ' HH24:MI') else s.time_zone end`
}

async function hasSuppressedDomains(db: Db): Promise<boolean> {
  const { rows } = await sql<{ some: boolean }>`
    select exists (select from suppressed_domain) as some`.execute(db)
  return rows[0]?.some === true
}

/** Everybody's blocks of the edition, in their order; the mail itself where it is not made of stories. */
export async function listBlocks(
  db: Db,
  { editionId }: Pick<Plan, 'editionId'>,
): Promise<number[]> {
  const { rows } = await sql<{ blocks: number[] }>`
    select coalesce(array_agg(position order by position), '{0}') as blocks
      from edition_story where edition_id = ${editionId} and not followers`.execute(db)
  return rows[0]?.blocks ?? [0]
}

/** Above the curve of a sending domain that is new: who confirmed longest ago, and whose mails came back. */
function warmingUp({ warmUp }: Plan): RawBuilder<unknown> {
  if (warmUp?.cut == null) return sql``
  const { confirmedAt, subscriberId, bounced } = warmUp.cut
  return sql`
                when (r.confirmed_at, r.subscriber_id) < (${confirmedAt}::timestamptz, ${subscriberId}::bigint)
                     or r.subscriber_id = any(${bounced}::bigint[]) then 'warming up'`
}
