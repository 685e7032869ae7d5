import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { type Edition, getEdition, moveEdition } from '#editions/store.ts'
import type { Envelope } from '#mail/outcome.ts'
import type { Lane } from '#queue/jobs.ts'
import { claimServiceMails } from './claim-service.ts'
import {
  type Claimed,
  type ClaimInput,
  claimRetries,
  claimWalk,
  findWithdrawn,
  lockDrain,
} from './claim-store.ts'
import { finishEdition } from './finish.ts'
import { kindsOf } from './lane.ts'
import { composeReaderMail, isAsApproved } from './reader-mail.ts'
import type { Sender } from './sender.ts'
import { type Batch, sendBatch } from './send-batch.ts'
import { composeServiceMail } from './service-message.ts'

/** Rows a claim, and how long it holds them: far more time than a batch takes, so a lapsed lease means a stalled process. */
const BATCH = 200
const LEASE_MS = 300_000

export type Sending = Pick<Context, 'db' | 'clock' | 'log' | 'secrets' | 'config' | 'relay'> & {
  sender: Sender
}

/**
 * Sends what is due in the lane until nothing is, the relay does not answer, or the signal says stop; then the rest of
 * a claim is given back.
 */
export async function drainLane(
  context: Sending,
  { lane, signal }: { lane: Lane; signal: AbortSignal },
): Promise<{ claimed: number }> {
  let total = 0
  while (!signal.aborted && !isResting(context, lane)) {
    const claimed =
      lane === 'confirmation'
        ? await drainService(context, signal)
        : await drainOnce(context, { lane, signal })
    if (claimed === undefined) break
    total += claimed
  }
  return { claimed: total }
}

function isResting({ sender, clock }: Sending, lane: Lane): boolean {
  return (sender.rest.get(lane)?.until ?? 0) > clock.now().getTime()
}

/** One claim of the lane; undefined when nothing is due. */
async function drainOnce(
  context: Sending,
  { lane, signal }: { lane: 'alert' | 'digest'; signal: AbortSignal },
): Promise<number | undefined> {
  const claim = await claimDue(context, lane)
  if (claim === undefined) return undefined
  const { edition, claimed } = claim
  const editionId = edition.id
  const batch: Batch = {
    lane,
    rows: claimed,
    leaseMs: LEASE_MS,
    compose: async (row) => composeReaderMail(context.secrets, edition, row),
    withdrawn: async (ids) =>
      findWithdrawn(context.db, { editionId, ids, now: context.clock.now() }),
    refused: async (reply) => holdEdition(context, edition, `the relay refuses our mail: ${reply}`),
  }
  await sendBatch(context, { batch, signal })
  await finishEdition(context, editionId)
  return claimed.length
}

/** Claims with the edition in one transaction: rows must not stay claimed because reading about them failed. */
async function claimDue(
  { db, clock, sender, relay, log }: Sending,
  lane: 'alert' | 'digest',
): Promise<{ edition: Edition; claimed: Claimed[] } | undefined> {
  const input = {
    kinds: kindsOf(lane),
    senderId: sender.id,
    test: relay.test,
    limit: sender.rest.has(lane) ? 1 : BATCH, // one mail finds out whether the relay is back
    leaseMs: LEASE_MS,
    now: clock.now(),
  }
  return inTransaction(db, async (transaction) => {
    const due = await claimNext(transaction, input)
    if (due === undefined) return undefined
    const edition = await getEdition(transaction, due.editionId)
    // Held here, its rows are given back before the first of them is sent.
    if (!isAsApproved(edition))
      await holdEdition({ db: transaction, log }, edition, 'its content is not what was approved')
    return { edition, claimed: due.claimed }
  })
}

async function claimNext(
  db: Db,
  input: ClaimInput,
): Promise<{ editionId: number; claimed: Claimed[] } | undefined> {
  const { editionId, claimed } = await claimRetries(db, input)
  if (editionId !== undefined) return { editionId, claimed }
  const drain = await lockDrain(db, input)
  if (drain === undefined) return undefined
  return { editionId: drain.editionId, claimed: (await claimWalk(db, { drain, input })).claimed }
}

async function drainService(context: Sending, signal: AbortSignal): Promise<number | undefined> {
  const { db, clock, sender, relay } = context
  const claimed = await claimServiceMails(db, {
    senderId: sender.id,
    test: relay.test,
    limit: sender.rest.has('confirmation') ? 1 : BATCH,
    leaseMs: LEASE_MS,
    now: clock.now(),
  })
  if (claimed.length === 0) return undefined
  const byId = new Map(claimed.map((row) => [row.subscriberId, row]))
  const batch: Batch = {
    lane: 'confirmation',
    rows: claimed,
    leaseMs: LEASE_MS,
    compose: async (row): Promise<{ envelope: Envelope; raw: Buffer }> => {
      const mail = byId.get(row.subscriberId)
      if (mail === undefined) throw new Error('a service mail was not claimed')
      return composeServiceMail(context, mail)
    },
    withdrawn: async () => ({ stopped: false, reasons: new Map() }),
    refused: async (reply) => context.log.error({ reply }, 'the relay refuses our service mail'),
  }
  await sendBatch(context, { batch, signal })
  return claimed.length
}

/** Needs a human: no reader is blamed for what is about us. */
async function holdEdition(
  { db, log }: Pick<Context, 'db' | 'log'>,
  edition: Edition,
  reason: string,
): Promise<void> {
  if (await moveEdition(db, { id: edition.id, from: ['sending'], to: 'held', reason })) {
    log.error({ edition: edition.id, reason }, 'edition held')
  }
}
