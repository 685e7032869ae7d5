import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Outcome } from '#mail/outcome.ts'

/** What became of a claimed row: the relay's word, or why it was not tried. */
export type Fate = Outcome | { kind: 'given back' } | { kind: 'excluded'; reason: string }

export type RowKey = { editionId: number; subscriberId: number; attempt: number }

export type Settled = { key: RowKey; fate: Fate; at: Date }

/**
 * Writes outcomes of one sender's claims in one statement a table. A row that is no longer this claim (its lease was
 * taken, its attempt is another) is left alone.
 * @returns how many rows were written
 */
export async function recordOutcomes(
  db: Db,
  { senderId, rows }: { senderId: number; rows: Settled[] },
): Promise<number> {
  const records = rows.map(({ key, fate, at }) => ({ ...key, at, ...columnsOf(fate, key, at) }))
  let written = 0
  for (const table of ['delivery', 'service_mail'] as const) {
    const own = records.filter((record) => (record.editionId === 0) === (table === 'service_mail'))
    if (own.length > 0) written += await update(db, { table, records: own, senderId })
  }
  return written
}

type Columns = {
  state: string
  retryAt: Date | null
  relayId: string | null
  reply: string | null
  reason: string | null
}

async function update(
  db: Db,
  {
    table,
    records,
    senderId,
  }: {
    table: 'delivery' | 'service_mail'
    records: (RowKey & Columns & { at: Date })[]
    senderId: number
  },
): Promise<number> {
  const where =
    table === 'delivery'
      ? sql`d.edition_id = o.edition_id and d.subscriber_id = o.subscriber_id`
      : sql`d.id = o.subscriber_id`
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} d
       set state = (case when o.state = 'excluded' and d.doubtful then 'uncertain' else o.state end)::delivery_state
         , lease_until = null, retry_at = o.retry_at, relay_id = o.relay_id, reply = o.reply
         , reason = case when not d.doubtful then o.reason end
         , outcome_at = case when o.state = 'planned' then null else o.at end
      from unnest(${records.map((record) => record.editionId)}::bigint[]
                 , ${records.map((record) => record.subscriberId)}::bigint[]
                 , ${records.map((record) => record.attempt)}::integer[]
                 , ${records.map((record) => record.state)}::text[]
                 , ${records.map((record) => record.retryAt)}::timestamptz[]
                 , ${records.map((record) => record.relayId)}::text[]
                 , ${records.map((record) => record.reply)}::text[]
                 , ${records.map((record) => record.reason)}::text[]
                 , ${records.map((record) => record.at)}::timestamptz[])
           as o (edition_id, subscriber_id, attempt, state, retry_at, relay_id, reply, reason, at)
     where ${where} and d.state = 'claimed' and d.attempt = o.attempt and d.sender_id = ${senderId}`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}

function columnsOf(fate: Fate, { attempt }: RowKey, now: Date): Columns {
  const none = { retryAt: null, relayId: null, reply: null, reason: null }
  const again = (ms: number, reply: string | null) => ({
    ...none,
    state: 'planned',
    retryAt: new Date(now.getTime() + ms),
    reply,
  })
  switch (fate.kind) {
    case 'accepted':
      return { ...none, state: 'accepted', relayId: fate.relayId, reply: fate.reply }
    case 'deferred':
      return again(backoffMs(attempt), fate.reply)
    case 'rejected':
      // A refusal that is about us is no verdict on the reader: the row waits, the edition is held.
      return fate.blame === 'sender'
        ? again(backoffMs(attempt), fate.reply)
        : { ...none, state: 'rejected', reply: fate.reply }
    case 'unsent':
      return again(1000, fate.reason)
    case 'uncertain':
      return { ...none, state: 'uncertain', reply: fate.reason }
    case 'given back':
      return again(0, null)
    case 'excluded':
      return { ...none, state: 'excluded', reason: fate.reason }
  }
}

/** 1, 2, 4 … minutes, at most an hour: greylisting asks for minutes, full mailboxes for hours. */
export function backoffMs(attempt: number): number {
  return Math.min(60, 2 ** (attempt - 1)) * 60_000
}
