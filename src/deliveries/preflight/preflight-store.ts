import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Finding } from '#editions/preflight/finding.ts'

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
  { newsletterId, now }: { newsletterId: number; now: Date },
): Promise<Funnel> {
  const { rows } = await sql<Funnel>`
    select count(*)::integer as matched
         , count(*) filter (where s.state = 'active')::integer as confirmed
         , count(*) filter (where s.state = 'active' and p.address_hash is null)::integer as "notSuppressed"
         , count(*) filter (where s.state = 'active' and p.address_hash is null
                              and (u.snoozed_until is null or u.snoozed_until <= ${now}))::integer as "notSnoozed"
         , array(select e.audience::integer from edition e
                  where e.newsletter_id = ${newsletterId} and e.kind = 'digest' and e.state = 'sent' and not e.test
                  order by e.id desc limit 4) as before
      from subscription u
      join subscriber s on s.id = u.subscriber_id
      left join suppression p on p.address_hash = s.address_hash
     where u.newsletter_id = ${newsletterId} and u.cadence <> 'off'`.execute(db)
  return rows[0] ?? { matched: 0, confirmed: 0, notSuppressed: 0, notSnoozed: 0, before: [] }
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
