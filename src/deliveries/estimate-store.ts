import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import {
  type Estimate,
  type EstimateInput,
  estimateFinish,
  type RelayUse,
  type Share,
} from './estimate.ts'
import type { RelayLimit } from './pace.ts'
import { audienceRuleOf } from '#editions/audience-rule.ts'
import { isInAudience } from './plan-audience-store.ts'
import { isMeant } from './plan-choices-store.ts'
import { hourOf } from './plan-readers-store.ts'
import { isWeekly, type Plan } from './plan-store.ts'
import { type Pace, rateAt } from './pace-bucket.ts'
import { listPaces } from './pace-store.ts'

export type PlanEstimate = Estimate & Pick<EstimateInput, 'notAfterMs' | 'spreadMs'>

/**
 * When the edition would finish if it were released now. Readers are only counted where something limits them: an alert
 * to a million must not wait for a figure that nobody needs.
 */
export async function planEstimate(
  db: Db,
  editionId: number,
  {
    now,
    rule,
    spreadMs,
    relays,
  }: {
    now: Date
    rule: 'now' | 'local hour'
    spreadMs: number
    /** All relays by their limits; one without any makes the others' limits harmless. */
    relays: RelayLimit[]
  },
): Promise<PlanEstimate> {
  const paces = await listPaces(db)
  const rates = ratesOf(paces, now)
  const limited = limitedOf(relays, paces)
  const edition = await readEdition(db, editionId)
  const { notAfterMs, kind } = edition
  // An alert does not wait for a spread.
  const spread = kind === 'alert' || kind === 'correction' ? 0 : spreadMs
  const counted = limited !== null || spread > 0 || Object.keys(rates).length > 0
  const shares = counted ? await countShares(db, edition, { now, rule }) : []
  const measured = counted ? await measureLast(db) : null
  return {
    ...estimateFinish({
      shares,
      rates,
      relays: limited,
      measured,
      spreadMs: spread,
      notAfterMs,
      now,
    }),
    notAfterMs,
    spreadMs: spread,
  }
}

function ratesOf(paces: Awaited<ReturnType<typeof listPaces>>, now: Date): Record<string, number> {
  const limits: [string, number][] = []
  for (const pace of paces) {
    const rate = pace.of === 'destination' ? rateAt(pace, now) : null
    if (rate !== null) limits.push([pace.title, rate])
  }
  return Object.fromEntries(limits)
}

function limitedOf(relays: RelayLimit[], paces: Pace[]): RelayUse[] | null {
  const free = relays.some(
    ({ rate, hourly, daily }) => rate === null && hourly === null && daily === null,
  )
  if (free || relays.length === 0) return null
  return relays.map((relay) => {
    const pace = paces.find(({ name }) => name === `relay ${relay.name}`)
    return {
      ...relay,
      hourStart: pace?.hourStart ?? null,
      hourCount: pace?.hourCount ?? 0,
      dayStart: pace?.dayStart ?? null,
      dayCount: pace?.dayCount ?? 0,
    }
  })
}

type Edition = Pick<
  Plan,
  'editionId' | 'newsletterId' | 'kind' | 'localTime' | 'weekly' | 'rule'
> & {
  notAfterMs: number
}

async function readEdition(db: Db, editionId: number): Promise<Edition> {
  const { rows } = await sql<Omit<Edition, 'rule'> & { rule: unknown }>`
    select id as "editionId", newsletter_id as "newsletterId", kind, ${isWeekly} as weekly
         , audience_rule as rule
         , (select n.local_time::text from newsletter n where n.id = newsletter_id) as "localTime"
         , (extract(epoch from not_after) * 1000)::bigint as "notAfterMs"
      from edition where id = ${editionId}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error(`edition ${editionId} is not there`)
  return { ...row, rule: audienceRuleOf(row.rule) }
}

/**
 * The readers as they are now whose choices mean the edition, by destination and hour, as planning counts them; a zone
 * that nobody knows has the hour of UTC. Stories that a reader's topics leave out are not looked at: few lose all.
 */
async function countShares(
  db: Db,
  edition: Edition,
  { now, rule }: { now: Date; rule: 'now' | 'local hour' },
): Promise<Share[]> {
  const { rows } = await sql<Share>`
    with share as (
      select coalesce(dd.destination_id, 1) as destination_id
           , ${hourOf({ ...edition, releaseRule: rule })} as hour, count(*) as mails
        from subscription u
        join subscriber s on s.id = u.subscriber_id and s.state = 'active'
        left join domain_destination dd on dd.domain = s.domain
       where u.newsletter_id = ${edition.newsletterId} and u.cadence <> 'off'
         and (${rule} <> 'now' or u.snoozed_until is null or u.snoozed_until <= ${now})
         and not exists (select from suppression p where p.address_hash = s.address_hash)
         and not exists (select from suppressed_domain x where x.domain = s.domain)
         ${isMeant(edition)} ${isInAudience(edition.rule, { now })}
       group by 1, 2
    )
    select t.name as destination, s.mails
         , case when s.hour = '*' then ${now}::timestamptz
                else greatest(${now}::timestamptz
                            , (e.edition_date + coalesce(nullif(split_part(s.hour, ' ', 2), '')::time, n.local_time))
                                at time zone coalesce(known.name, 'UTC'))
           end as "releaseAt"
      from share s
      join destination t on t.id = s.destination_id
      join edition e on e.id = ${edition.editionId}
      join newsletter n on n.id = e.newsletter_id
      left join (select name from pg_timezone_names where ${rule} <> 'now') known on known.name = split_part(s.hour, ' ', 1)`.execute(
    db,
  )
  return rows
}

/** Mails a second of the fastest of the last big editions; null when there is none. */
async function measureLast(db: Db): Promise<number | null> {
  const { rows } = await sql<{ rate: number | null }>`
    select max(t.count / extract(epoch from t.last_at - t.first_at))::double precision as rate
      from (select id from edition where state = 'sent' and not test order by id desc limit 10) e
      join tally t on t.edition_id = e.id and t.what = 'accepted'
     where t.count >= 1000 and t.last_at > t.first_at + interval '1 second'`.execute(db)
  return rows[0]?.rate ?? null
}
