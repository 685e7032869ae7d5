import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '#db/open.ts'
import type { AudienceRule } from '#editions/audience-rule.ts'
import type { Finding } from '#editions/preflight/finding.ts'
import type { Edition } from '#editions/store.ts'
import { isInAudience } from '../plan-audience-store.ts'

/** The story that led the newsletter's last edition that went out. */
export async function findLastLead(
  db: Db,
  { editionId, newsletterId }: { editionId: number; newsletterId: number },
): Promise<number | null> {
  const { rows } = await sql<{ storyId: number }>`
    select es.story_id as "storyId"
      from edition e join edition_story es on es.edition_id = e.id and es.position = 0
     where e.newsletter_id = ${newsletterId} and e.id < ${editionId} and e.kind = 'digest'
       and e.state in ('sending', 'sent')
     order by e.id desc
     limit 1`.execute(db)
  return rows[0]?.storyId ?? null
}

/** From who signed up to who gets it. */
export type Funnel = {
  matched: number
  confirmed: number
  notSuppressed: number
  notSnoozed: number
  /** Audiences of the newsletter's last editions, newest first. */
  before: number[]
}

export async function readFunnel(
  db: Db,
  {
    edition: { newsletterId, kind },
    rule,
    now,
  }: { edition: Pick<Edition, 'newsletterId' | 'kind'>; rule: AudienceRule; now: Date },
): Promise<Funnel> {
  const { rows } = await sql<Funnel>`
    select count(*)::integer as matched
         , count(*) filter (where s.state = 'active')::integer as confirmed
         , count(*) filter (where s.state = 'active' and p.address_hash is null)::integer as "notSuppressed"
         , count(*) filter (where s.state = 'active' and p.address_hash is null
                              and (u.snoozed_until is null or u.snoozed_until <= ${now}))::integer as "notSnoozed"
         , array(select e.audience::integer from edition e
                  where e.newsletter_id = ${newsletterId} and e.kind = ${kind} and e.state = 'sent' and not e.test
                  order by e.id desc limit 4) as before
      from subscription u
      join subscriber s on s.id = u.subscriber_id
      left join suppression p on p.address_hash = s.address_hash
     where u.newsletter_id = ${newsletterId} and u.cadence <> 'off' ${isInAudience(rule, { now })}`.execute(
    db,
  )
  return rows[0] ?? { matched: 0, confirmed: 0, notSuppressed: 0, notSnoozed: 0, before: [] }
}

/** For whom it is, as it was stored. */
export async function findAudienceColumn(db: Db, editionId: number): Promise<unknown> {
  const { rows } = await sql<{ rule: unknown }>`
    select audience_rule as rule from edition where id = ${editionId}`.execute(db)
  return rows[0]?.rule ?? null
}

/** Feeds whose last batch was held because it was too much. */
export async function listHeldFeeds(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct s.name from source_batch b join source s on s.id = b.source_id
     where b.state = 'held' order by 1 limit 20`.execute(db)
  return rows.map(({ name }) => name)
}

export async function saveFindings(
  db: Db,
  input: { editionId: number; contentHash: string; findings: readonly Finding[]; now: Date },
): Promise<void> {
  await sql`
    insert into edition_check (edition_id, content_hash, findings, checked_at)
    values (${input.editionId}, ${input.contentHash}, ${JSON.stringify(input.findings)}::jsonb, ${input.now})
    on conflict (edition_id) do update
       set content_hash = excluded.content_hash, findings = excluded.findings, checked_at = excluded.checked_at`.execute(
    db,
  )
}

export async function saveOverride(
  db: Db,
  input: {
    editionId: number
    contentHash: string
    check: string
    operatorId: number
    reason: string
    now: Date
  },
): Promise<void> {
  await sql`
    insert into edition_override (edition_id, content_hash, check_name, operator_id, reason, at)
    values (${input.editionId}, ${input.contentHash}, ${input.check}, ${input.operatorId}, ${input.reason}, ${input.now})
    on conflict (edition_id, content_hash, check_name) do nothing`.execute(db)
}

/** Checks of exactly this content that a person lets pass. */
export async function listOverridden(
  db: Db,
  { editionId, contentHash }: { editionId: number; contentHash: string },
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select check_name as name from edition_override
     where edition_id = ${editionId} and content_hash = ${contentHash} limit 100`.execute(db)
  return rows.map(({ name }) => name)
}

const outcomes = ['stops', 'warns', 'cannot check', 'passed'] as const
const found = z.object({ check: z.string(), outcome: z.enum(outcomes), reason: z.string() })

export type StoredFinding = z.infer<typeof found>

export type StoredCheck = { contentHash: string; checkedAt: Date; findings: StoredFinding[] }

/** What the last look found, of whatever content; undefined where nobody looked yet. */
export async function findCheck(db: Db, editionId: number): Promise<StoredCheck | undefined> {
  const { rows } = await sql<{ contentHash: string; checkedAt: Date; findings: unknown }>`
    select content_hash as "contentHash", checked_at as "checkedAt", findings
      from edition_check where edition_id = ${editionId}`.execute(db)
  return rows.map(({ findings, ...row }) => ({
    ...row,
    findings: (Array.isArray(findings) ? findings : []).flatMap((each) => {
      const read = found.safeParse(each)
      return read.success ? [read.data] : []
    }),
  }))[0]
}

/**
 * Editions that may still leave and were not looked at as they are now. One that people are changing is looked at once a
 * minute: its links are other people's servers.
 */
export async function listUnchecked(db: Db, now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select e.id from edition e left join edition_check c on c.edition_id = e.id
     where e.state in ('draft', 'in review', 'approved', 'held') and e.release_at is null
       and (e.created_at > ${now}::timestamptz - interval '1 day' or e.due_at > ${now})
       and (c.edition_id is null
            or c.content_hash <> e.content_hash and c.checked_at < ${now}::timestamptz - interval '1 minute')
     order by e.id limit 20`.execute(db)
  return rows.map(({ id }) => id)
}
