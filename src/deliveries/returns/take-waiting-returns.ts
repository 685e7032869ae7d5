import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { reasonOf } from '#errors.ts'
import { withoutAddresses } from '#log.ts'
import { bounceReasons, verdicts } from '#mail/returned/returned.ts'
import { actOnBounce, countDoubts, type Done } from './act.ts'
import {
  claimWaiting,
  listWaitingIds,
  noteFailure,
  NOBODY,
  settleReturn,
  type WaitingReturn,
} from './returned-store.ts'
import { findToken } from './take-provider-events.ts'
import { finish } from './take-return.ts'

const PAGE = 200
const MOST_FAILURES = 5

/**
 * Handles bounces that wait: of providers, and of mails whose rows were not settled when they came. One by one, so that
 * one that fails keeps no other waiting. Asking again is harmless.
 * @returns how many were handled
 */
export async function takeWaitingReturns(
  context: Pick<Context, 'db' | 'clock' | 'leavings' | 'log'>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  let handled = 0
  let after = 0
  for (;;) {
    const ids = await listWaitingIds(context.db, { after, limit: PAGE })
    const dones: Done[] = []
    for (const id of ids) {
      if (signal?.aborted === true) break
      const done = await takeOne(context, id)
      if (done !== undefined && done.effect !== 'waiting') dones.push(done)
    }
    await finish(context, dones)
    handled += dones.length
    after = ids.at(-1) ?? after
    if (ids.length < PAGE || signal?.aborted === true) return handled
  }
}

async function takeOne(
  { db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>,
  id: number,
): Promise<Done | undefined> {
  const now = clock.now()
  try {
    return await inTransaction(db, async (transaction) => {
      const row = await claimWaiting(transaction, id)
      if (row === undefined) return undefined
      const done = await actOn(transaction, { row, now })
      await settleReturn(transaction, { id, ...done, now })
      await countDoubts(transaction, done.doubts ?? [])
      return done
    })
  } catch (error) {
    const reason = withoutAddresses(reasonOf(error)).slice(0, 200)
    log.error({ returned: id, reason }, 'what came back could not be handled')
    await noteFailure(db, { id, reason, most: MOST_FAILURES, now })
    return undefined
  }
}

async function actOn(db: Db, { row, now }: { row: WaitingReturn; now: Date }): Promise<Done> {
  const { payload, relayId, reply } = row
  const verdict = verdicts.find((word) => word === row.verdict)
  const reason = bounceReasons.find((word) => word === row.reason)
  if (row.kind !== 'bounce' || verdict === undefined || reason === undefined)
    throw new Error(`a ${row.kind} does not wait`)
  const hash = payload.recipient === undefined ? undefined : Buffer.from(payload.recipient, 'hex')
  const token = payload.token ?? (await findToken({ db, now }, { hash, relayId }))
  if (token === undefined) return { effect: 'nobody known', about: NOBODY }
  return actOnBounce(db, { token, bounce: { verdict, reason, text: reply ?? '' }, now })
}
