import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { withoutAddresses } from '#log.ts'
import type { Outcome } from '#mail/outcome.ts'
import { recordRefusals } from './returns/record-refusals.ts'
import { addTally, type Deltas, type What } from './tally-store.ts'

/** What became of a claimed row: the relay's word, or why it was not tried. */
export type Fate = Outcome | { kind: 'given back' } | { kind: 'excluded'; reason: string }

export type RowKey = { editionId: number; subscriberId: number; attempt: number }

export type Settled = {
  key: RowKey
  fate: Fate
  at: Date
  /** When a row that is planned again may be claimed; at once where it is not said. */
  retryAt?: Date
}

/**
 * Writes outcomes of one sender's claims, and counts them. A row that is no longer this claim (its lease was taken, its
 * attempt is another) is left alone, so writing again what was half heard is harmless. The commit is a durable one: the
 * journal forgets what was written, and a PostgreSQL that crashed must not bring a mailed row back as claimed.
 * @returns how many rows were written
 */
export async function recordOutcomes(
  db: Db,
  { senderId, rows }: { senderId: number; rows: Settled[] },
): Promise<number> {
  if (rows.length === 0) return 0
  const byEdition = [...Map.groupBy(rows, ({ key }) => key.editionId)]
  // In order, so that two lanes of a sender lock its counters in the same order.
  byEdition.sort(([one], [other]) => one - other)
  return inTransaction(db, async (transaction) => {
    await planByIds(transaction)
    let written = 0
    const counts: { editionId: number; deltas: Deltas; at: Date }[] = []
    for (const [editionId, own] of byEdition) {
      const moves = await recordRows(transaction, { editionId, senderId, rows: own })
      written += moves.reduce((sum, move) => sum + move.count, 0)
      if (editionId !== 0)
        counts.push({ editionId, deltas: deltasOf(moves), at: own.at(-1)?.at ?? new Date(0) })
    }
    await recordRefusals(transaction, rows)
    for (const count of counts) await addTally(transaction, { ...count, shard: senderId })
    return written
  })
}

/**
 * Until the end of the transaction rows are found by their ids, whatever the statistics say: before there are any,
 * nested loops over the whole edition took 157 µs a row instead of 10.
 */
async function planByIds(db: Db): Promise<void> {
  await sql`
    select set_config(name, 'off', true)
      from unnest('{enable_nestloop,enable_mergejoin,enable_seqscan,enable_bitmapscan,jit}'::text[]) name`.execute(
    db,
  )
}

type Move = { from: What; to: What; count: number }

function deltasOf(moves: Move[]): Deltas {
  const deltas: Deltas = {}
  for (const { from, to, count } of moves) {
    deltas[from] = (deltas[from] ?? 0) - count
    deltas[to] = (deltas[to] ?? 0) + count
  }
  return deltas
}

type Own = { editionId: number; senderId: number; rows: Settled[] }

async function recordRows(db: Db, { rows, ...whose }: Own): Promise<Move[]> {
  const accepted = rows.filter((row) => row.fate.kind === 'accepted')
  const others = rows.filter((row) => row.fate.kind !== 'accepted')
  const moves: Move[] = []
  if (accepted.length > 0) {
    const count = await acceptRows(db, { ...whose, rows: accepted })
    moves.push({ from: 'claimed', to: 'accepted', count })
    if (count < accepted.length && whose.editionId !== 0)
      moves.push(...(await acceptLate(db, { ...whose, rows: accepted })))
  }
  if (others.length > 0) moves.push(...(await settleRows(db, { ...whose, rows: others })))
  return moves
}

/** Deliveries of an edition, or service mails, by the ids in `o`. */
function rowsOf({ editionId, rows }: Own) {
  const ids = rows.map((row) => row.key.subscriberId)
  return editionId === 0
    ? { table: sql.table('service_mail'), same: sql`d.id = o.id and d.id = any(${ids}::bigint[])` }
    : {
        table: sql.table('delivery'),
        same: sql`d.edition_id = ${editionId} and d.subscriber_id = o.id and d.subscriber_id = any(${ids}::bigint[])`,
      }
}

/** Nearly all rows: four lists in one statement. The relay's words are kept only where it gave the mail no id. */
async function acceptRows(db: Db, own: Own): Promise<number> {
  const { senderId, rows } = own
  const { table, same } = rowsOf(own)
  const { numAffectedRows } = await sql`
    update ${table} d
       set state = 'accepted', lease_until = null, relay_id = o.relay_id, reply = o.reply, outcome_at = ${rows.at(-1)?.at}
      from ${acceptedList(rows)}
     where ${same} and d.state = 'claimed' and d.attempt = o.attempt and d.sender_id = ${senderId}`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}

/** An acceptance that a sibling did not wait for: the row is not uncertain any more, nor sent again. */
async function acceptLate(db: Db, own: Own): Promise<Move[]> {
  const { senderId, rows } = own
  const { same } = rowsOf(own)
  const { rows: late } = await sql<{ from: 'uncertain' | 'retry'; count: number }>`
    with late as (
      select d.subscriber_id as id, d.state, o.relay_id, o.reply
        from ${acceptedList(rows)} join delivery d on ${same}
       where d.attempt = o.attempt and d.sender_id = ${senderId}
         and (d.state = 'uncertain' or d.state = 'planned' and d.doubtful)
         for update of d
    ), done as (
      update delivery d
         set state = 'accepted', retry_at = null, relay_id = o.relay_id, reply = o.reply
           , outcome_at = ${rows.at(-1)?.at}
        from late o
       where ${same}
      returning o.state
    )
    select case state when 'uncertain' then 'uncertain' else 'retry' end as from, count(*) as count
      from done group by state`.execute(db)
  return late.map((move) => ({ ...move, to: 'accepted' }))
}

function acceptedList(rows: Settled[]) {
  const words = rows.map(({ fate }) => (fate.kind === 'accepted' ? fate : undefined))
  return sql`
    unnest(${rows.map((row) => row.key.subscriberId)}::bigint[], ${rows.map((row) => row.key.attempt)}::integer[]
         , ${words.map((word) => word?.relayId)}::text[]
         , ${words.map((word) => (word?.relayId === null ? withoutAddresses(word.reply) : null))}::text[])
      as o (id, attempt, relay_id, reply)`
}

async function settleRows(db: Db, own: Own): Promise<Move[]> {
  const { senderId, rows } = own
  const { table, same } = rowsOf(own)
  const columns = rows.map(({ fate }) => columnsOf(fate))
  const { rows: done } = await sql<{ to: What; count: number }>`
    with done as (
      update ${table} d
         set state = (case when o.state = 'excluded' and d.doubtful then 'uncertain' else o.state end)::delivery_state
           , lease_until = null, retry_at = case when o.state = 'planned' then o.retry_at end
           -- Given back or left out, a row keeps the relay's last word: "resend deferred-out" goes by it.
           , reply = coalesce(o.reply, d.reply)
           , reason = case when not d.doubtful then o.reason end
           , replies = d.replies + o.replies
           , outcome_at = case when o.state = 'planned' then null else o.at end
        from unnest(${rows.map((row) => row.key.subscriberId)}::bigint[], ${rows.map((row) => row.key.attempt)}::integer[]
                  , ${columns.map((column) => column.state)}::text[]
                  , ${rows.map((row) => row.retryAt ?? row.at)}::timestamptz[]
                  , ${columns.map(({ reply }) => (reply === undefined ? null : withoutAddresses(reply)))}::text[]
                  , ${columns.map((column) => column.reason ?? null)}::text[]
                  , ${rows.map((row) => row.at)}::timestamptz[], ${rows.map((row) => repliesOf(row.fate))}::integer[])
               as o (id, attempt, state, retry_at, reply, reason, at, replies)
       where ${same} and d.state = 'claimed' and d.attempt = o.attempt and d.sender_id = ${senderId}
      returning d.state, d.reason
    )
    select case state when 'planned' then 'retry' when 'excluded' then 'excluded/' || reason else state::text end as to
         , count(*) as count
      from done group by state, reason`.execute(db)
  return done.map((move) => ({ ...move, from: 'claimed' }))
}

/** What a backoff goes by. */
function repliesOf({ kind }: Fate): number {
  return kind === 'deferred' || kind === 'rejected' ? 1 : 0
}

type Columns = { state: string; reply?: string; reason?: string }

function columnsOf(fate: Fate): Columns {
  switch (fate.kind) {
    case 'accepted':
      return { state: 'accepted', reply: fate.reply }
    case 'deferred':
      return { state: 'planned', reply: fate.reply }
    case 'rejected':
      // A refusal that is about us is no verdict on the reader: the row waits, the edition is held.
      return { state: fate.blame === 'sender' ? 'planned' : 'rejected', reply: fate.reply }
    case 'unsent':
      return { state: 'planned', reply: fate.reason }
    case 'uncertain':
      return { state: 'uncertain', reply: fate.reason }
    case 'given back':
      return { state: 'planned' }
    case 'excluded':
      return { state: 'excluded', reason: fate.reason }
  }
}
