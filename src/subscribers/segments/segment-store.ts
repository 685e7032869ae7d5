import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Filter } from './filter.ts'
import { mailable, matchSegment, type Matching } from './segment-sql.ts'

export type SegmentRow = { name: string; filter: unknown; createdAt: Date; changedAt: Date }

const columns = sql`name, filter, created_at as "createdAt", changed_at as "changedAt"`

export async function listSegmentRows(db: Db): Promise<SegmentRow[]> {
  const { rows } = await sql<SegmentRow>`
    select ${columns} from segment order by name limit 500`.execute(db)
  return rows
}

export async function findSegmentRow(db: Db, name: string): Promise<SegmentRow | undefined> {
  const { rows } = await sql<SegmentRow>`
    select ${columns} from segment where name = ${name}`.execute(db)
  return rows[0]
}

/** True when there was none of the name. */
export async function putSegment(
  db: Db,
  input: { name: string; filter: Filter; operatorId: number | null; now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ added: boolean }>`
    insert into segment (name, filter, created_by, created_at, changed_at)
    values (${input.name}, ${JSON.stringify(input.filter)}::jsonb, ${input.operatorId}, ${input.now}, ${input.now})
    on conflict (name) do update set filter = excluded.filter, changed_at = excluded.changed_at
    returning (xmax = 0) as added`.execute(db)
  return rows[0]?.added === true
}

export async function dropSegment(db: Db, name: string): Promise<boolean> {
  const { rows } = await sql`delete from segment where name = ${name} returning id`.execute(db)
  return rows.length > 0
}

/** `whole`: also those whom no mail goes to. */
export type Audience = Matching & { filter: Filter; whole: boolean }

function audience({ filter, whole, ...matching }: Audience) {
  const reach = whole ? sql`s.state <> 'erased'` : mailable
  return sql`${reach} and ${matchSegment(filter, matching)}`
}

export async function countReaders(db: Db, input: Audience): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from subscriber s where ${audience(input)}`.execute(db)
  return rows[0]?.count ?? 0
}

export type SampleRow = { id: number; email: string; timeZone: string; language: string }

/** Public ids are random: the first of them are a fair sample, and the same ones when asked again. */
export async function sampleReaders(
  db: Db,
  { limit, ...input }: Audience & { limit: number },
): Promise<SampleRow[]> {
  const { rows } = await sql<SampleRow>`
    select s.id, s.email, s.time_zone as "timeZone", s.language
      from subscriber s
     where ${audience(input)}
     order by s.public_id
     limit ${limit}`.execute(db)
  return rows
}

/** Names that no topic or newsletter has. */
export async function findUnknownSlugs(
  db: Db,
  { topics, newsletters }: { topics: string[]; newsletters: string[] },
): Promise<{ kind: 'topic' | 'newsletter'; slug: string }[]> {
  const { rows } = await sql<{ kind: 'topic' | 'newsletter'; slug: string }>`
    select 'topic' as kind, slug from unnest(${topics}::text[]) as a (slug)
     where not exists (select from topic t where t.slug = a.slug)
     union all
    select 'newsletter', slug from unnest(${newsletters}::text[]) as a (slug)
     where not exists (select from newsletter n where n.slug = a.slug)
     limit 10`.execute(db)
  return rows
}

export async function areClicksCounted(db: Db): Promise<boolean> {
  const { rows } = await sql<{ counted: boolean }>`
    select exists (select from newsletter where clicks) as counted`.execute(db)
  return rows[0]?.counted === true
}
