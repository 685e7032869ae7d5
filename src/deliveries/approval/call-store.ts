import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
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

export type Waiting = Pick<Edition, 'id' | 'kind' | 'deadlineAt' | 'state' | 'contentHash'> & {
  rule: 'none' | 'unless stopped' | 'one' | 'two'
  late: 'send' | 'hold' | 'skip'
}

/** Editions that wait for a yes by a deadline, and alerts that wait for one now. */
export async function listWaiting(db: Db, now: Date): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select e.id, e.kind, e.deadline_at as "deadlineAt", e.state, e.content_hash as "contentHash", n.approval as rule, n.late
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.state in ('draft', 'in review')
       and (e.deadline_at is not null
            or e.kind in ('alert', 'correction') and e.created_at > ${now}::timestamptz - interval '6 hours')
     order by e.deadline_at, e.id
     limit 200`.execute(db)
  return rows
}
