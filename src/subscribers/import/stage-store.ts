import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Person } from './read-row.ts'

// The people of an import, in temporary tables of one connection: a killed import leaves no copy of a list behind, and
// the next one reads the file again in less time than anything that would have to be cleaned up.

/** Half of the people, by their hashes: two connections are two cores. */
export type Lane = { number: 0 | 1; db: Db }

export function laneOf({ hash }: Pick<Person, 'hash'>): 0 | 1 {
  return hash < '8' ? 0 : 1
}

export async function openStage(db: Db): Promise<void> {
  // Half a million hashes are sorted once.
  await sql`select set_config('work_mem', '64MB', false)`.execute(db)
  await sql`
    create temporary table import_row (
      n int generated always as identity, hash bytea not null, public_id bigint, email text, domain text, part text not null
    , rank smallint not null, zone text, language text, since timestamptz, agreed timestamptz, attributes text
    , newsletters text, topics text, hour text, snoozed timestamptz
    )`.execute(db)
}

export async function closeStage(db: Db): Promise<void> {
  await sql`drop table if exists import_row, import_person`.execute(db)
  await sql`reset work_mem`.execute(db)
}

/** Of somebody who is listed twice the first of these counts. */
const GRAVEST_FIRST = [
  'asked',
  'blocked',
  'erased',
  'complained',
  'bounced',
  'left',
  'reader',
  'pending',
]

/** A text a column costs a third of arrays: neither side has to quote its cells. No cell has a line feed in it. */
export async function stageRows(db: Db, people: readonly Person[]): Promise<void> {
  const column = (name: keyof Person) =>
    sql`string_to_array(${people.map((person) => person[name]).join('\n')}, E'\n', '')`
  const ranks = people.map(({ part }) => GRAVEST_FIRST.indexOf(part)).join('\n')
  await sql`
    insert into import_row (hash, public_id, email, domain, part, rank, zone, language, since, agreed, attributes
                          , newsletters, topics, hour, snoozed)
    select decode(hash, 'hex'), public_id::bigint, email, domain, part, rank::smallint, zone, language
         , since::timestamptz, agreed::timestamptz, attributes, newsletters, topics, hour, snoozed::timestamptz
      from unnest(${column('hash')}, ${column('publicId')}, ${column('email')}, ${column('domain')}, ${column('part')}
                , string_to_array(${ranks}, E'\n'), ${column('zone')}, ${column('language')}, ${column('since')}
                , ${column('agreed')}, ${column('attributes')}, ${column('newsletters')}, ${column('topics')}
                , ${column('hour')}, ${column('snoozed')})
             as r (hash, public_id, email, domain, part, rank, zone, language, since, agreed, attributes, newsletters, topics
                 , hour, snoozed)`.execute(db)
}

/** What becomes of a person; "never" goes to the do-not-mail list. */
const fates = ['never', 'stopped', 'gone', 'new', 'ask', 'here', 'agreed'] as const
export type Fate = (typeof fates)[number]

const NOBODY: Record<Fate, number> = {
  never: 0,
  stopped: 0,
  gone: 0,
  new: 0,
  ask: 0,
  here: 0,
  agreed: 0,
}

/**
 * One row a person, numbered in the order of the hashes: an index that grows at its end takes a third of the time. Of
 * somebody listed twice the gravest row counts, whatever the order of files; then one with consent, then the first.
 */
export async function sortStage(db: Db): Promise<void> {
  await sql`analyze import_row (hash)`.execute(db)
  await sql`
    create temporary table import_person as
    select r.n, r.hash, r.public_id, r.email, r.domain, r.part, r.zone, r.language, r.since, r.agreed, r.attributes
         , r.newsletters, r.topics, r.hour, r.snoozed, s.id as reader
         , case when r.part not in ('reader', 'pending') then 'never'
                when p.address_hash is not null then case p.reason when 'left' then 'gone' else 'stopped' end
                when d.domain is not null then 'stopped'
                when s.id is null then case r.part when 'reader' then 'new' else 'ask' end
                when s.state = 'active' then 'here'
                when s.state = 'pending' then case r.part when 'reader' then 'agreed' else 'ask' end
                else 'gone' end as fate
      from (select (row_number() over (order by hash))::int as n, hash, public_id, email, domain, part, zone, language
                 , since, agreed, attributes, newsletters, topics, hour, snoozed
              from (select distinct on (hash) * from import_row order by hash, rank, n) first) r
      left join suppression p on p.address_hash = r.hash
      left join suppressed_domain d on d.domain = r.domain
      left join subscriber s on s.address_hash = r.hash`.execute(db)
  await sql`create unique index on import_person (n)`.execute(db)
  await sql`analyze import_person`.execute(db)
}

export type StageCounts = {
  rows: number
  people: number
  fates: Record<Fate, number>
  /** Active readers who are put on the do-not-mail list. */
  stopsActive: number
  /** Waits for a choice of newsletter in its own row. */
  withoutChoice: number
  /** Whether rows name newsletters or topics of their own. */
  named: { newsletters: boolean; topics: boolean }
}

export async function countStage(db: Db): Promise<StageCounts> {
  type Counted = {
    fate: Fate
    count: number
    active: number
    bare: number
    newsletters: boolean
    topics: boolean
  }
  const { rows } = await sql<Counted>`
    select i.fate, count(*) as count, bool_or(i.newsletters is not null) as newsletters
         , bool_or(i.topics is not null) as topics
         , count(*) filter (where s.state = 'active' and i.fate = 'never') as active
         , count(*) filter (where i.newsletters is null and i.fate in ('new', 'ask', 'agreed')) as bare
      from import_person i left join subscriber s on s.id = i.reader
     group by i.fate`.execute(db)
  const total = await sql<{ rows: number }>`select count(*) as rows from import_row`.execute(db)
  const counts = { ...NOBODY }
  for (const { fate, count } of rows) counts[fate] = count
  return {
    rows: total.rows[0]?.rows ?? 0,
    people: rows.reduce((sum, { count }) => sum + count, 0),
    fates: counts,
    stopsActive: rows.reduce((sum, { active }) => sum + active, 0),
    withoutChoice: rows.reduce((sum, { bare }) => sum + bare, 0),
    named: {
      newsletters: rows.some(({ newsletters }) => newsletters),
      topics: rows.some(({ topics }) => topics),
    },
  }
}

export function addCounts(one: StageCounts, two: StageCounts): StageCounts {
  return {
    rows: one.rows + two.rows,
    people: one.people + two.people,
    fates: sumOf(one.fates, two.fates),
    stopsActive: one.stopsActive + two.stopsActive,
    withoutChoice: one.withoutChoice + two.withoutChoice,
    named: {
      newsletters: one.named.newsletters || two.named.newsletters,
      topics: one.named.topics || two.named.topics,
    },
  }
}

function sumOf(one: Record<Fate, number>, two: Record<Fate, number>): Record<Fate, number> {
  const sum = { ...one }
  for (const fate of fates) sum[fate] += two[fate]
  return sum
}
