import type { LeavingNote } from '#context.ts'
import type { Db } from '#db/open.ts'
import type { BounceReason, Verdict } from '#mail/returned/returned.ts'
import type { Token } from '#subscribers/tokens.ts'
import { addTally, NO_SENDER } from '../tally-store.ts'
import type { Trouble } from '../trouble/note-trouble.ts'
import { OTHER } from '../trouble/trouble-rules.ts'
import type { Effect } from './effect.ts'
import {
  acceptDoubtful,
  acceptDoubtfulService,
  findReader,
  lockDelivery,
  lockServiceMail,
  type Mailed,
  markBounced,
  type Reader,
} from './mailed-store.ts'
import { LATE_DAYS } from './return-policy.ts'
import { type About, NOBODY } from './returned-store.ts'
import { listWornOut, suppressBounced } from './suppress-store.ts'

/** A row in doubt that turned out to have been accepted. */
export type Doubt = { editionId: number; from: 'uncertain' | 'retry'; at: Date }

/** What one return did in the transaction, and what is left to do with it or after it. */
export type Done = {
  effect: Effect
  about: About
  doubts?: Doubt[]
  notes?: LeavingNote[]
  trouble?: Trouble
}

export type CameBack = { verdict: Verdict; reason: BounceReason; text: string }

/**
 * A mail came back. Whom that is about says the token alone: the row that it names must have been handed over, to the
 * version of the address that it names.
 */
export async function actOnBounce(
  db: Db,
  { token, bounce, now }: { token: Token; bounce: CameBack; now: Date },
): Promise<Done> {
  const reader = await findReader(db, token.publicId)
  if (reader === undefined) return { effect: 'no such reader', about: NOBODY }
  const { row, about } = await findRow(db, { token, reader, now })
  const obstacle = obstacleOf(row, { token, now })
  if (row === undefined || obstacle !== undefined)
    return { effect: obstacle ?? 'never sent', about }
  if (bounce.verdict === 'ignore' && !saysItArrived(bounce)) return { effect: 'nothing', about }
  const isInDoubt = row.state !== 'accepted'
  const doubts = isInDoubt ? await settleDoubt(db, { row, about, now }) : []
  const done =
    bounce.verdict === 'ignore'
      ? { effect: isInDoubt ? ('sent after all' as const) : ('nothing' as const) }
      : await weigh(db, { reader, row, about, bounce, now })
  return { ...done, about, doubts }
}

/** It came back for good. Only the first bounce of a mail counts, and only against the address that it went to. */
async function weigh(
  db: Db,
  {
    reader,
    row,
    about,
    bounce,
    now,
  }: { reader: Reader; row: Mailed; about: OfRow; bounce: CameBack; now: Date },
): Promise<Pick<Done, 'effect' | 'trouble'>> {
  if (row.bouncedAt !== null) return { effect: 'marked already' }
  if (about.editionId !== 0) await markBounced(db, about, now)
  const { editionId, destination } = about
  const { reason, text } = bounce
  if (bounce.verdict === 'ours') {
    const trouble = { editionId, destination: destination ?? OTHER, reason, text }
    return { effect: 'about us', trouble }
  }
  if (reader.version !== row.version) return { effect: 'old address' }
  const hit = { subscriberId: reader.id, version: reader.version, sentAt: row.outcomeAt ?? now }
  const readers = bounce.verdict === 'hard' ? [hit] : await listWornOut(db, { came: [about], now })
  const listed = await suppressBounced(db, { readers, now })
  return { effect: listed.length > 0 ? 'do-not-mail list' : 'counted' }
}

type OfRow = About & { editionId: number; subscriberId: number }

/** The delivery; where the token names no edition, the last service mail. */
async function findRow(
  db: Db,
  { token, reader, now }: { token: Token; reader: Reader; now: Date },
): Promise<{ row: Mailed | undefined; about: OfRow }> {
  const { reference: editionId, addressVersion } = token
  const key = { editionId, subscriberId: reader.id }
  const row =
    editionId === 0
      ? await lockServiceMail(db, { subscriberId: reader.id, version: addressVersion, now })
      : await lockDelivery(db, key)
  return { row, about: { ...key, addressVersion, destination: row?.destination ?? null } }
}

async function settleDoubt(
  db: Db,
  { row, about, now }: { row: Mailed; about: OfRow; now: Date },
): Promise<Doubt[]> {
  if (row.serviceMail !== null) {
    await acceptDoubtfulService(db, row.serviceMail)
    return []
  }
  await acceptDoubtful(db, about, now)
  return doubtOf(row, { editionId: about.editionId, now })
}

/** Why a bounce of this row changes nothing, or not yet. */
function obstacleOf(
  row: Mailed | undefined,
  { token, now }: { token: Token; now: Date },
): Effect | undefined {
  if (row?.version !== token.addressVersion) return 'never sent'
  if (row.state === 'claimed') return 'waiting'
  if (row.state === 'rejected') return 'marked already'
  if (row.state === 'excluded' || (row.state === 'planned' && !row.doubtful)) return 'never sent'
  const late = now.getTime() - LATE_DAYS * 86_400_000
  return row.outcomeAt !== null && row.outcomeAt.getTime() < late ? 'too late' : undefined
}

/** A report that it arrived, or that another mail system still tries: either way ours handed it over. */
function saysItArrived({ reason }: CameBack): boolean {
  return reason === 'delivered' || reason === 'delayed'
}

export function doubtOf(
  row: Mailed,
  { editionId, now }: { editionId: number; now: Date },
): Doubt[] {
  const at = row.outcomeAt ?? now
  if (row.state === 'uncertain') return [{ editionId, from: 'uncertain', at }]
  return row.state === 'planned' && row.doubtful ? [{ editionId, from: 'retry', at }] : []
}

/**
 * Counts rows whose doubt was settled: called last in the transaction. Dated when they were mailed, a bounce days later
 * must not move the time of an edition's last mail.
 */
export async function countDoubts(db: Db, doubts: Doubt[]): Promise<void> {
  const byEdition = [...Map.groupBy(doubts, ({ editionId }) => editionId)]
  byEdition.sort(([one], [other]) => one - other)
  for (const [editionId, own] of byEdition) {
    const count = (from: Doubt['from']) => own.filter((doubt) => doubt.from === from).length
    const deltas = {
      uncertain: -count('uncertain'),
      retry: -count('retry'),
      accepted: own.length,
    }
    const at = new Date(Math.max(...own.map((doubt) => doubt.at.getTime())))
    await addTally(db, { editionId, shard: NO_SENDER, deltas, at })
  }
}
