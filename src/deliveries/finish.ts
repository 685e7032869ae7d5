import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import {
  compareLedger,
  type Comparison,
  endEdition,
  findEnded,
  lockEnded,
  noteCounted,
} from './finish-store.ts'
import { addTally, NO_SENDER } from './tally-store.ts'

/** Counters that say for so long that a mail is still to come are checked against the ledger. */
const DOUBT_MS = 10 * 60_000

/**
 * An edition is sent only when a count of the ledger says that planned = accepted + rejected + excluded + uncertain. It
 * is counted once, when the counters say that it is worth it. A gap holds the edition for a person; it is never rounded
 * away. Counters that are wrong are corrected by the count: the row is the truth.
 */
export async function finishEdition(
  { db, clock, log }: Pick<Context, 'db' | 'clock' | 'log'>,
  editionId: number,
): Promise<void> {
  const now = clock.now()
  const ended = await findEnded(db, editionId)
  if (ended === undefined) return
  if (!ended.settled && now.getTime() - ended.countedAt.getTime() < DOUBT_MS) return
  const count = await inTransaction(db, async (transaction) =>
    settle(transaction, { editionId, now }),
  )
  if (count === undefined) return
  const { verdict, wrong, total } = count
  if (wrong.length > 0)
    log.error(
      { edition: editionId, wrong },
      'the counters differed from the ledger and were corrected',
    )
  if (verdict.state === 'held') log.error({ edition: editionId, ...verdict }, 'edition held')
  else if (verdict.state !== 'open')
    log.info({ edition: editionId, state: verdict.state, total }, 'edition finished')
}

type Verdict = { state: 'open' | 'sent' } | { state: 'held' | 'skipped'; reason: string }

async function settle(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<{ verdict: Verdict; wrong: Comparison[]; total: number } | undefined> {
  const ended = await lockEnded(db, editionId)
  if (ended === undefined) return undefined
  const comparison = await compareLedger(db, editionId)
  const total = ledgerOf(comparison, 'planned')
  const verdict = verdictOf(comparison, ended)
  const { state } = verdict
  if (state !== 'open') {
    const reason = 'reason' in verdict ? verdict.reason : null
    await endEdition(db, { editionId, state, reason, now })
  }
  // Of a gap, the counters are evidence.
  const wrong = state === 'held' ? [] : comparison.filter(isWrong)
  await addTally(db, {
    editionId,
    shard: NO_SENDER,
    deltas: Object.fromEntries(wrong.map(({ what, ledger, tally }) => [what, ledger - tally])),
    at: now,
  })
  if (total > 0) await noteCounted(db, { editionId, now })
  return { verdict, wrong, total }
}

function verdictOf(
  comparison: Comparison[],
  { audience, update }: { audience: number; update: boolean },
): Verdict {
  const total = ledgerOf(comparison, 'planned')
  if (total !== audience) {
    return {
      state: 'held',
      reason: `the accounts do not add up: ${audience} planned, ${total} in the ledger`,
    }
  }
  if (total === 0) {
    const reason = update ? 'nobody wants updates on stories' : 'nobody gets this newsletter yet'
    return { state: 'skipped', reason }
  }
  const spared = comparison.filter(({ what, ledger }) => ledger > 0 && isSpared(what))
  if (spared.reduce((sum, { ledger }) => sum + ledger, 0) === total)
    return { state: 'skipped', reason: `everybody was left out: ${sparedInWords(spared)}` }
  const open = (['waiting', 'retry', 'claimed'] as const).map((what) => ledgerOf(comparison, what))
  return { state: open.every((count) => count === 0) ? 'sent' : 'open' }
}

/** Left out by the reader's own choice or state, not because the edition came too late or was stopped. */
function isSpared(what: Comparison['what']): boolean {
  return what.startsWith('excluded/') && !['excluded/expired', 'excluded/stopped'].includes(what)
}

function sparedInWords(spared: readonly Comparison[]): string {
  return spared.map(({ what, ledger }) => `${what.slice('excluded/'.length)} ${ledger}`).join(', ')
}

function ledgerOf(comparison: Comparison[], what: Comparison['what']): number {
  return comparison.find((row) => row.what === what)?.ledger ?? 0
}

function isWrong({ what, ledger, tally }: Comparison): boolean {
  return what !== 'waiting' && ledger !== tally
}
