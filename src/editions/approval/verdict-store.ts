import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Edition } from '../store.ts'
import type { ApprovalRule, Verdict } from './standing.ts'

export type NewVerdict = Verdict & {
  editionId: number
  /** Who, as people say it. */
  actor: string
  note?: string | null
  via: 'cli' | 'api' | 'page' | 'rule'
  now: Date
}

export async function insertVerdict(db: Db, input: Omit<NewVerdict, 'voided'>): Promise<void> {
  await sql`
    insert into edition_verdict (edition_id, content_hash, verdict, operator_id, actor, note, via, at)
    values (${input.editionId}, ${input.contentHash}, ${input.verdict}, ${input.operatorId}, ${input.actor}
          , ${input.note ?? null}, ${input.via}, ${input.now})`.execute(db)
}

export type PastVerdict = Verdict & {
  id: number
  actor: string
  note: string | null
  via: string
  at: Date
}

/** In order. */
export async function listVerdicts(db: Db, editionId: number): Promise<PastVerdict[]> {
  const { rows } = await sql<PastVerdict>`
    select v.id, v.verdict, v.content_hash as "contentHash", v.operator_id as "operatorId", v.actor, v.note, v.via, v.at
         , v.id <= e.voided_verdict as voided
      from edition_verdict v join edition e on e.id = v.edition_id
     where v.edition_id = ${editionId}
     order by v.id
     limit 500`.execute(db)
  return rows
}

/** What decides about an edition; the row stays locked until the caller's transaction ends. */
export async function lockForVerdict(
  db: Db,
  editionId: number,
): Promise<
  | (Pick<Edition, 'state' | 'contentHash' | 'authors' | 'kind'> & {
      rule: ApprovalRule
      released: boolean
    })
  | undefined
> {
  const { rows } = await sql<
    Pick<Edition, 'state' | 'contentHash' | 'authors' | 'kind'> & {
      rule: ApprovalRule
      released: boolean
    }
  >`
    select e.state, e.content_hash as "contentHash", e.authors, e.kind, n.approval as rule
         , e.release_at is not null as released
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.id = ${editionId}
       for update of e`.execute(db)
  return rows[0]
}

/** Says yes to exactly this content. */
export async function setApproved(
  db: Db,
  { id, contentHash, operatorId }: { id: number; contentHash: string; operatorId: number | null },
): Promise<void> {
  await sql`
    update edition set state = 'approved', approved_hash = content_hash, approved_by = ${operatorId}, state_reason = null
     where id = ${id} and content_hash = ${contentHash}
       and (state in ('draft', 'in review', 'approved') or state = 'held' and release_at is null)`.execute(
    db,
  )
}

/** A draft again, with the reason; a countdown that ran is none any more. */
export async function setSentBack(
  db: Db,
  { id, reason }: { id: number; reason: string },
): Promise<void> {
  await sql`
    update edition
       set state = 'draft', state_reason = ${reason}, approved_hash = null, approved_by = null, leaves_at = null
     where id = ${id}`.execute(db)
}

export async function findRule(db: Db, newsletterId: number): Promise<ApprovalRule> {
  const { rows } = await sql<{ rule: ApprovalRule }>`
    select approval as rule from newsletter where id = ${newsletterId}`.execute(db)
  const [found] = rows
  if (found === undefined) throw new Error(`no newsletter ${newsletterId}`)
  return found.rule
}

export async function nameOf(db: Db, operatorId: number): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select name from operator where id = ${operatorId}`.execute(db)
  return rows[0]?.name ?? `team member ${operatorId}`
}
