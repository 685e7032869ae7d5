import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionKind } from '#editions/store.ts'
import { wrongCopiesLeave } from './corrections/reach-store.ts'

export type Due = {
  id: number
  kind: EditionKind
  whoseHour: 'house' | 'reader'
  holdBackMs: number
}

/**
 * Approved editions whose hour has come, and alerts whose countdown has run out; alerts first. What puts something right
 * waits until it is known who has it wrong.
 */
export async function listDue(db: Db, now: Date): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select e.id, e.kind, n.whose_hour as "whoseHour"
         , case when e.kind in ('alert', 'correction') then 0
                else (extract(epoch from n.hold_back) * 1000)::bigint end as "holdBackMs"
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.state = 'approved' and e.approved_hash = e.content_hash
       and coalesce(e.leaves_at, e.due_at) <= ${now} and not ${wrongCopiesLeave}
     order by e.leaves_at is null, coalesce(e.leaves_at, e.due_at), e.id
     limit 50`.execute(db)
  return rows
}

/**
 * Alerts and corrections whose countdown ended long before anything could leave, because all was held or nothing ran: what
 * was pressed then is no yes for now. They wait for one again.
 */
export async function returnStale(
  db: Db,
  { before, reason }: { before: Date; reason: string },
): Promise<{ id: number; contentHash: string; subject: string }[]> {
  const { rows } = await sql<{ id: number; contentHash: string; subject: string }>`
    update edition e
       set state = 'in review', state_reason = ${reason}, approved_hash = null, approved_by = null, leaves_at = null
         , voided_verdict = coalesce((select max(id) from edition_verdict where edition_id = e.id), 0)
     where e.state = 'approved' and e.leaves_at < ${before} and not ${wrongCopiesLeave}
    returning e.id, e.content_hash as "contentHash", e.subject`.execute(db)
  return rows
}

/** What nobody released in time is not sent any more: news of the morning is none in the evening. */
export async function expireLate(db: Db, now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    update edition
       set state = 'expired', state_reason = 'its time had passed before it was released: nobody wants the morning’s news in the evening'
     where state in ('approved', 'draft', 'in review') and due_at is not null and due_at + not_after < ${now}
    returning id`.execute(db)
  return rows.map((row) => row.id)
}
