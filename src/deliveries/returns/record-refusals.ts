import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { withoutAddresses } from '#log.ts'
import { classifyReply } from '#mail/returned/classify.ts'
import type { Settled } from '../outcome-store.ts'
import { addRefusals, noteListed, type Refusal } from './refusal-store.ts'
import { listWornOut, suppressBounced } from './suppress-store.ts'

/**
 * Refusals in SMTP sessions, in the transaction that writes their rows: an address that does not exist is on the
 * do-not-mail list when its row is rejected. What is about us is kept and suppresses nobody, whatever its words say.
 */
export async function recordRefusals(db: Db, rows: Settled[]): Promise<void> {
  const refusals = rows.flatMap(refusalOf)
  if (refusals.length === 0) return
  await planByRows(db)
  const added = await addRefusals(db, refusals)
  const hard = added.filter(({ verdict }) => verdict === 'hard')
  const soft = added.filter(({ verdict, editionId }) => verdict === 'soft' && editionId !== 0)
  const now = refusals[0]?.at ?? new Date(0)
  const wornOut = await listWornOut(db, { came: soft, now })
  const readers = [...hard.map((row) => ({ ...row, sentAt: row.at })), ...wornOut]
  const listed = new Set(await suppressBounced(db, { readers, now }))
  const told = [...hard, ...soft].filter(({ subscriberId }) => listed.has(subscriberId))
  await noteListed(
    db,
    told.map(({ id }) => id),
  )
}

function refusalOf({ key, fate, at }: Settled): Refusal[] {
  if (fate.kind !== 'rejected') return []
  const { code, reply, blame } = fate
  const { verdict, reason } = classifyReply({ code, text: reply })
  const isOurs = blame === 'sender' && verdict !== 'ours'
  return [
    {
      ...key,
      at,
      code,
      reply: withoutAddresses(reply),
      status: /\b5\.\d{1,3}\.\d{1,3}\b/.exec(reply)?.[0] ?? null,
      verdict: isOurs ? 'ours' : verdict,
      reason: isOurs ? 'policy' : reason,
    },
  ]
}

/** The outcomes before this were written by hash joins over ids; a few readers are found by their keys. */
async function planByRows(db: Db): Promise<void> {
  await sql`select set_config('enable_nestloop', 'on', true), set_config('enable_hashjoin', 'off', true)`.execute(
    db,
  )
}
