import type { Config } from '#config.ts'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { parseDuration } from '#duration.ts'
import { type EditionState, getEdition, lockState, moveEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { profiles } from '#mail/profiles.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { laneOf } from './lane.ts'
import { type Counted, countRows, listReplies, planAgain, type Resend } from './resend-store.ts'
import { addTally, NO_SENDER, type What } from './tally-store.ts'

export const resendable = ['deferred-out', 'uncertain', 'rejected'] as const
export type Resendable = (typeof resendable)[number]

export type ResendInput = {
  editionId: number
  what: Resendable
  /** Until when the mails are worth sending. What expired needs it; without it the others keep their time. */
  notAfter?: Date | undefined
  /** Of `rejected`: words of the reply that was our fault and is mended. */
  reply?: string | undefined
}

const WEEK_MS = 7 * 24 * 3_600_000

/** What a person asked for: `uncertain`, and for how long from now it is worth sending, as in `2h`. @throws Refusal */
export function readResend(
  { clock }: Pick<Context, 'clock'>,
  wish: {
    editionId: number
    what: string | undefined
    for?: string | undefined
    reply?: string | undefined
  },
): ResendInput {
  const what = resendable.find((one) => one === wish.what)
  if (what === undefined)
    throw new Refusal(
      `resend takes ${resendable.join(', ')}, not "${(wish.what ?? '').slice(0, 40)}"`,
      { field: 'what' },
    )
  const notAfter =
    wish.for === undefined
      ? undefined
      : new Date(clock.now().getTime() + parseDuration(wish.for, { field: 'for', mostMs: WEEK_MS }))
  return { editionId: wish.editionId, what, reply: wish.reply, notAfter }
}

/** How many mails a resend would plan again now. @throws Refusal when nothing of the edition is sent any more */
export async function countResend(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  input: ResendInput,
): Promise<Resent> {
  const chosen = parseResend(input, clock.now())
  refuseClosed(input.editionId, (await getEdition(db, input.editionId)).state)
  const counted = await countRows(db, chosen)
  const replies =
    counted.count > 0 && input.what === 'rejected' ? await listReplies(db, chosen) : []
  return { ...counted, replies }
}

/** `replies`: of refused mails the most frequent, so that nobody sends again to addresses that do not exist. */
export type Resent = Counted & { replies: { reply: string; count: number }[] }

/** Whether every relay leaves the Message-ID as it is, so that a mail program may know a second copy. */
export function keepsMessageIds({ smtpUrl }: Pick<Config, 'smtpUrl'>): boolean {
  const relays = smtpUrl === null ? [] : parseRelays(smtpUrl)
  return relays.every(({ profile }) => profiles[profile].keepsMessageId)
}

/**
 * Plans the mails of a state again, byte-identical, because a person chose so after seeing the count. Who left since is
 * never mailed: the claim looks.
 * @throws Refusal when the count is another by now
 */
export async function resend(
  { db, clock, enqueue }: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  { count, ...input }: ResendInput & { count: number },
): Promise<void> {
  const { editionId, what } = input
  const chosen = parseResend(input, clock.now())
  const { kind } = await getEdition(db, editionId)
  await inTransaction(db, async (transaction) => {
    const state = await lockState(transaction, editionId)
    refuseClosed(editionId, state)
    const planned = await planAgain(transaction, chosen)
    if (planned !== count) {
      throw new Refusal(
        `it would be ${planned} mails now, and you said yes to ${count}: look at the count again`,
        { status: 409, field: 'yes' },
      )
    }
    if (planned > 0) await reopen(transaction, { editionId, what, planned, now: chosen.now })
  })
  if (count > 0) await enqueue('drain-lane', { lane: laneOf(kind) })
}

/** A held edition stays held: its mails go again when a person resumes it. */
async function reopen(
  db: Db,
  {
    editionId,
    what,
    planned,
    now,
  }: { editionId: number; what: Resendable; planned: number; now: Date },
): Promise<void> {
  await moveEdition(db, { id: editionId, from: ['sent'], to: 'sending' })
  const deltas = { [WORDS[what]]: -planned, retry: planned }
  await addTally(db, { editionId, shard: NO_SENDER, deltas, at: now })
}

const WORDS: Record<Resendable, What> = {
  'deferred-out': 'excluded/expired',
  uncertain: 'uncertain',
  rejected: 'rejected',
}

function parseResend({ editionId, what, notAfter, reply }: ResendInput, now: Date): Resend {
  const base = { editionId, notAfter: notAfter ?? null, now }
  if (notAfter !== undefined && notAfter <= now) {
    throw new Refusal('the time until which the mails are worth sending is over already', {
      field: 'for',
    })
  }
  if (what === 'deferred-out' && notAfter === undefined) {
    throw new Refusal(
      'these mails came too late: say for how long from now they are still worth sending, as in --for 2h',
      { field: 'for' },
    )
  }
  if (what !== 'rejected') return { ...base, what }
  if (reply === undefined || reply.trim().length < 3) {
    throw new Refusal(
      'most refused mails are refused because of the reader: say which refusals were your fault and are mended, as in --reply "5.7.26"',
      { field: 'reply' },
    )
  }
  return { ...base, what, reply: reply.trim() }
}

function refuseClosed(editionId: number, state: EditionState | undefined): void {
  if (state === 'sending' || state === 'sent' || state === 'held') return
  throw new Refusal(`edition ${editionId} is ${state}: nothing of it is sent any more`, {
    status: 409,
  })
}
