import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { ApprovalRule } from '#editions/approval/standing.ts'
import type { Edition } from '#editions/store.ts'

export async function insertCallMail(
  db: Db,
  input: {
    operatorId: number
    recipient: string
    addressHash: Buffer
    form: string
    payload: { link: number; edition: number }
    test: boolean
    now: Date
    expiresAt: Date
  },
): Promise<void> {
  await sql`
    insert into service_mail (kind, operator_id, recipient, address_hash, form, payload, test, release_at, not_after)
    values ('approval', ${input.operatorId}, ${input.recipient}, ${input.addressHash}, ${input.form}
          , ${JSON.stringify(input.payload)}::jsonb, ${input.test}, ${input.now}, ${input.expiresAt})`.execute(
    db,
  )
}

export type Waiting = Pick<Edition, 'id' | 'kind' | 'deadlineAt' | 'contentHash' | 'authors'> & {
  rule: ApprovalRule
  late: 'send' | 'hold' | 'skip'
  /** The newsletter's zone; null: the newsroom's. */
  zone: string | null
}

/** Editions that wait for a yes by a deadline, and alerts that wait for one now. */
export async function listWaiting(db: Db, now: Date): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select e.id, e.kind, e.deadline_at as "deadlineAt", e.content_hash as "contentHash", e.authors
         , n.approval as rule, n.late, n.time_zone as zone
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.state in ('draft', 'in review')
       and (e.deadline_at is not null
            or e.kind in ('alert', 'correction') and e.created_at > ${now}::timestamptz - interval '6 hours')
     order by e.deadline_at, e.id
     limit 200`.execute(db)
  return rows
}

/** The calls to an edition that were made, and when. */
export async function listCalls(db: Db, editionId: number): Promise<Map<string, Date>> {
  const { rows } = await sql<{ what: string; at: Date }>`
    select what, at from desk_call where edition_id = ${editionId} order by at, what limit 200`.execute(
    db,
  )
  return new Map(rows.map(({ what, at }) => [what, at]))
}

/** Whether this call is still to be made: the first to note it makes it. */
export async function noteCall(
  db: Db,
  { editionId, what, now }: { editionId: number; what: string; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into desk_call (edition_id, what, at) values (${editionId}, ${what}, ${now})
    on conflict do nothing returning 1`.execute(db)
  return rows.length > 0
}

/** What people said that others must hear of, and did not yet. */
export type Untold = {
  id: number
  editionId: number
  verdict: 'send back' | 'override'
  actor: string
  operatorId: number | null
  note: string | null
}

export async function listUntold(db: Db, now: Date): Promise<Untold[]> {
  const { rows } = await sql<Untold>`
    select v.id, v.edition_id as "editionId", v.verdict, v.actor, v.operator_id as "operatorId", v.note
      from edition_verdict v
     where v.verdict in ('send back', 'override') and v.at > ${now}::timestamptz - interval '24 hours'
       and not exists (select from desk_call c where c.edition_id = v.edition_id and c.what = 'told of ' || v.id)
     order by v.id
     limit 100`.execute(db)
  return rows
}
