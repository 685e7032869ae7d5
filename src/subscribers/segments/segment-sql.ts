import { type RawBuilder, sql } from 'kysely'
import type { Secrets } from '#secrets.ts'
import { clickReaderKey } from '../keyed-hash.ts'
import type { Condition, Filter } from './filter.ts'

/** What a filter needs besides the tables: the time, and the key of clicks where it is counted. */
export type Matching = { now: Date; secrets?: Pick<Secrets, 'tokenKey'> }

type Where = RawBuilder<boolean>

/**
 * Whether `s`, a row of `subscriber`, is in the segment: for a `where`. Everything that a person typed is a parameter.
 * Each condition is true or false, never null: "not" would leave out whom nobody knows.
 */
export function matchSegment(filter: Filter, matching: Matching): Where {
  if (filter.kind === 'not') return sql<boolean>`not ${matchSegment(filter.of, matching)}`
  if (filter.kind !== 'all' && filter.kind !== 'any')
    return sql<boolean>`(${match(filter, matching)})`
  const parts = filter.of.map((each) => matchSegment(each, matching))
  return sql<boolean>`(${sql.join(parts, filter.kind === 'all' ? sql` and ` : sql` or `)})`
}

/** Whom a mail may go to at all, whatever they chose: `s` is a row of `subscriber`. */
export const mailable: Where = sql<boolean>`
  s.state = 'active'
  and not exists (select from suppression p where p.address_hash = s.address_hash)
  and not exists (select from suppressed_domain x where x.domain = s.domain)`

function match(condition: Condition, matching: Matching): RawBuilder<unknown> {
  if ('slug' in condition) return chose(condition)
  if ('when' in condition) return whenOf(condition)
  if ('days' in condition) return lately(condition, matching)
  if ('test' in condition) return attribute(condition)
  if ('zone' in condition) return zoneIs(condition.zone)
  if ('language' in condition) return languageIs(condition.language)
  if ('domain' in condition) return domainIs(condition.domain)
  return sql`s.state = ${condition.state}`
}

type Of<Kind extends Condition['kind']> = Extract<Condition, { kind: Kind }>

/**
 * `exists` and not `in`: next to an "or", a list of a million is read once for each reader. Without a cadence whoever
 * gets it in any.
 */
function chose({ kind, slug, cadence }: Of<'topic' | 'newsletter'>): RawBuilder<unknown> {
  const [column, table] =
    kind === 'topic' ? [sql`u.topic_id`, sql`topic`] : [sql`u.newsletter_id`, sql`newsletter`]
  const how = cadence === undefined ? sql`u.cadence <> 'off'` : sql`u.cadence = ${cadence}`
  return sql`
    exists (select from subscription u
             where u.subscriber_id = s.id and ${column} = (select id from ${table} where slug = ${slug}) and ${how})`
}

/** Days begin at midnight UTC: a segment is the same for everybody who looks at it. */
function whenOf({ kind, when, day }: Of<'signed-up' | 'confirmed'>): RawBuilder<unknown> {
  if (when === 'ever') return sql`s.confirmed_at is not null`
  const column = kind === 'confirmed' ? sql`s.confirmed_at` : sql`s.created_at`
  const midnight = sql`${`${day ?? ''}T00:00:00Z`}::timestamptz`
  return when === 'before'
    ? sql`coalesce(${column} < ${midnight}, false)`
    : sql`coalesce(${column} >= ${midnight}, false)`
}

function lately({ kind, days }: Of<'acted' | 'clicked'>, matching: Matching): RawBuilder<unknown> {
  const since = new Date(matching.now.getTime() - days * 86_400_000)
  return kind === 'acted' ? acted(since) : clicked(since, matching)
}

/** What only the reader can have done, by a link of the own mail; asking to sign up is what anybody can. */
function acted(since: Date): RawBuilder<unknown> {
  return sql`
    exists (select from consent_event c
             where c.subscriber_id = s.id and c.at >= ${since}
               and c.kind in ('confirmed', 'left', 'returned', 'changed', 'snoozed', 'address changed')
               and num_nonnulls(c.operator_id, c.api_token_id, c.import_id) = 0)`
}

/**
 * A click holds no reader, only a keyed hash of reader and edition: it is worked out here for the editions that were
 * clicked lately, and kept nowhere. HMAC-SHA256 by its two pads, as KeyedHash does it.
 */
function clicked(since: Date, { secrets }: Matching): RawBuilder<unknown> {
  if (secrets === undefined) throw new Error('a segment of clicks is counted, never written to')
  const { inner, outer } = clickReaderKey(secrets).pads()
  return sql`
    exists (select from unnest(array(select distinct edition_id from click_raw where at >= ${since})) as e (id)
              join click_raw c on c.edition_id = e.id
                   and c.reader = substring(sha256(${outer}::bytea || sha256(
                         ${inner}::bytea || convert_to(e.id || ' ' || s.public_id, 'UTF8'))) for 16)
             where c.at >= ${since} and c.verdict = 'person')`
}

function attribute({ name, test }: Of<'attribute'>): RawBuilder<unknown> {
  const value = sql`s.attributes ->> ${name}::text`
  switch (test.is) {
    case 'known':
      return sql`${value} is not null`
    case 'equal':
      return sql`coalesce(${value} = ${test.value}, false)`
    case 'with':
      return sql`coalesce(position(lower(${test.value}::text) in lower(${value})) > 0, false)`
    case 'above':
      // Imports bring numbers as text; what is no number is above nothing.
      return sql`case when ${value} ~ '^[-+]?[0-9]{1,30}([.][0-9]{1,30})?$' then (${value})::numeric > ${test.value}::numeric else false end`
  }
}

function zoneIs(zone: string): RawBuilder<unknown> {
  return zone.endsWith('*')
    ? sql`starts_with(s.time_zone, ${zone.slice(0, -1)}::text)`
    : sql`s.time_zone = ${zone}`
}

/** German is also that of Austria, and not the other way round. */
function languageIs(language: string): RawBuilder<unknown> {
  const asked = language.toLowerCase()
  return sql`(lower(s.language) = ${asked}::text or starts_with(lower(s.language), ${`${asked}-`}::text))`
}

function domainIs(domain: string): RawBuilder<unknown> {
  if (!domain.startsWith('*')) return sql`coalesce(s.domain = ${domain}, false)`
  const end = domain.slice(1)
  return sql`coalesce(right(s.domain, ${end.length}::integer) = ${end}::text, false)`
}
