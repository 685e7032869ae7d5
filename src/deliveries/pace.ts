import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Lane } from '#queue/jobs.ts'
import { type Caps, nextPace, type Pace, rateAt, type Shortage, takeMails } from './pace-bucket.ts'
import { PACE_RULES } from './pace-reply.ts'
import {
  countSenders,
  dropPace,
  ensurePace,
  lockPace,
  measureSenders,
  putCeiling,
  readPaces,
  readTerms,
  savePace,
  type Terms,
} from './pace-store.ts'

/** A relay that takes only so much: mails a second, an hour, a day. */
export type RelayLimit = Caps & { name: string; rate: number | null }

/** Its part of the mails by weight, from 0 to 1, and how many of them this process may hand to it by now. */
export type LimitedRelay = RelayLimit & { share: number; credit: number }

/** What this process may hand to relays with limits, taken from buckets that all senders share. */
export type LimitedRelays = {
  limits(): LimitedRelay[]
  /** Mails that may be handed over now; infinite while a relay without limits is up. */
  credit(): number
  addCredit(name: string, mails: number): void
}

export type Grant = {
  mails: number
  /** How many mails may be on their way to the destination at once, from this process; null when free. */
  concurrency: number | null
  /** What kept mails back, in words; null when nothing did. */
  because: string | null
}

export type GrantInput = {
  lane: 'alert' | 'digest'
  editionId: number
  cohort: number
  destination: number
  want: number
  /** Rows that were tried before count to no spread. */
  retries?: boolean
  relays: LimitedRelays
  now: Date
}

/**
 * How many mails of this walk may be claimed, in the claim's own transaction: when that fails, the shared buckets are
 * as before. Buckets are looked at before they are locked, so that a claim which moves on to another destination holds
 * none.
 */
export async function grantMails(db: Db, input: GrantInput): Promise<Grant> {
  const terms = await readTerms(db, input)
  const concurrency = shareOf(terms)
  const due = spreadOf(terms, input)
  if (due <= 0) return { mails: 0, concurrency, because: 'the mails leave spread over time' }
  const want = Math.min(input.want, due)
  const { pace } = terms
  if (pace === null) return { ...(await takeCredit(db, { ...input, want })), concurrency }
  const kept = nextPace(pace, { kind: 'accepted' }, input.now)
  const look = kept === null ? { mails: want, because: null } : takeMails(kept, { ...input, want })
  const because = wordsOf(terms, look.because)
  if (look.mails === 0) return { mails: 0, concurrency, because }
  const relayed = await takeCredit(db, { ...input, want: look.mails })
  if (relayed.mails === 0) return { ...relayed, concurrency }
  const taken = await takeFrom(db, { ...input, pace, want: relayed.mails })
  return {
    mails: taken.mails,
    concurrency,
    because: wordsOf(terms, taken.because) ?? relayed.because ?? because,
  }
}

/** The same for mails outside an edition, which only the relays' limits hold back. */
export async function grantServiceMails(
  db: Db,
  { want, relays, now }: { want: number; relays: LimitedRelays; now: Date },
): Promise<Pick<Grant, 'mails' | 'because'>> {
  return takeCredit(db, { want, relays, now, lane: 'confirmation' })
}

function shareOf({ pace, senders }: Terms): number | null {
  return pace?.connections == null ? null : Math.max(1, Math.floor(pace.connections / senders))
}

function spreadOf({ kind, due }: Terms, { retries }: GrantInput): number {
  if (due === null || retries === true || kind === 'alert' || kind === 'correction')
    return Number.POSITIVE_INFINITY
  return due
}

async function takeFrom(
  db: Db,
  { pace, want, lane, now }: { pace: Pace; want: number; lane: Lane; now: Date },
): Promise<{ mails: number; because: Shortage | null }> {
  const locked = await lockPace(db, pace.name)
  if (locked === undefined) return { mails: want, because: null }
  const kept = nextPace(locked, { kind: 'accepted' }, now)
  if (kept === null) {
    await dropPace(db, pace.name)
    return { mails: want, because: null }
  }
  const taken = takeMails(kept, { want, lane, now })
  await savePace(db, taken.pace)
  return taken
}

function wordsOf({ destination, pace }: Terms, shortage: Shortage | null): string | null {
  if (shortage === null || pace === null) return null
  const reply = pace.reply === null ? '' : `: ${pace.reply}`
  return shortage === 'paused'
    ? `${destination} asked for a pause${reply}`
    : `${destination} gets no more mails a second${reply}`
}

type CreditInput = { lane: Lane; want: number; relays: LimitedRelays; now: Date }

/**
 * Credit that is not spent yet belongs to claims on their way, at most this one and the next; what is more is left over
 * from rows that were left out, and is used first. A claim that is rolled back keeps its credit: less than a second's worth.
 */
async function takeCredit(
  db: Db,
  { lane, want, relays, now }: CreditInput,
): Promise<Pick<Grant, 'mails' | 'because'>> {
  const credit = relays.credit()
  if (credit === Number.POSITIVE_INFINITY) {
    await topUp(db, { lane, want, relays, now })
    return { mails: want, because: null }
  }
  let mails = Math.max(0, Math.min(want, credit - 2 * want))
  let because: string | null = null
  for (const limit of relays.limits().toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    if (mails >= want) break
    const taken = await takeFromRelay(db, { limit, want: want - mails, lane, now })
    if (taken.mails > 0) relays.addCredit(limit.name, taken.mails)
    mails += taken.mails
    because ??= taken.because === null ? null : relayWords(limit, taken.because)
  }
  return { mails, because: mails < want ? because : null }
}

/** Beside a relay without limits nothing is kept back, and those with limits get their part as far as they may. */
async function topUp(db: Db, { lane, want, relays, now }: CreditInput): Promise<void> {
  for (const limit of relays.limits().toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const part = Math.ceil(want * limit.share)
    if (limit.credit >= 2 * part) continue
    const taken = await takeFromRelay(db, { limit, want: part, lane, now })
    if (taken.mails > 0) relays.addCredit(limit.name, taken.mails)
  }
}

async function takeFromRelay(
  db: Db,
  { limit, want, lane, now }: { limit: RelayLimit; want: number; lane: Lane; now: Date },
): Promise<{ mails: number; because: Shortage | null }> {
  const name = `relay ${limit.name}`
  const [pace] = await readPaces(db, [name])
  if (pace === undefined || pace.ceiling !== limit.rate)
    await putCeiling(db, { name, ceiling: limit.rate, now })
  const most = limit.rate === null ? want : Math.min(want, Math.ceil(limit.rate))
  if (pace !== undefined && pace.ceiling === limit.rate) {
    const look = takeMails(pace, { want: most, lane, now, caps: limit })
    if (look.mails === 0) return look
  }
  const locked = await lockPace(db, name)
  if (locked === undefined) return { mails: 0, because: 'rate' }
  const taken = takeMails(locked, { want: most, lane, now, caps: limit })
  if (taken.mails > 0) await savePace(db, taken.pace)
  return taken
}

function relayWords({ name, rate, hourly, daily }: RelayLimit, shortage: Shortage): string {
  switch (shortage) {
    case 'hourly':
      return `the ${figure(hourly)} mails an hour of relay ${name} are used up`
    case 'daily':
      return `the ${figure(daily)} mails a day of relay ${name} are used up`
    case 'rate':
    case 'paused':
      return `relay ${name} takes ${figure(rate)} mails a second`
  }
}

function figure(value: number | null): string {
  return (value ?? 0).toLocaleString('en-GB')
}

/** Whether a 4xx reply asks for fewer mails: by its words first, as codes are used loosely. */
export function asksForPatience({ code, reply }: { code: number; reply: string }): boolean {
  if (code < 400 || code >= 500) return false
  // An address in the reply may hold any word: <volume@example.org>.
  const words = reply.replace(/<[^>]*>|[^\s"'(<]+@[^\s"')>:;,]+/g, '')
  const line = words.startsWith(String(code)) ? words : `${code} ${words}`
  return PACE_RULES.find(({ pattern }) => pattern.test(line))?.slower ?? false
}

export type Replies = {
  destination: number
  /** Replies that ask for patience. */
  slowed: number
  accepted: number
  /** One of them, in the relay's words. */
  reply: string | null
  /** What this process sent there lately; without it, what all senders say they send is the bound. */
  ratePerSecond?: number
  now: Date
  random?: () => number
}

/** A destination that asks for patience gets half as much, after a short pause; it grows back by itself. */
export async function noteReplies(db: Db, replies: Replies): Promise<void> {
  const { destination, slowed, reply, ratePerSecond, now, random = Math.random } = replies
  if (slowed === 0) return
  await inTransaction(db, async (transaction) => {
    const name = `destination ${destination}`
    await ensurePace(transaction, { name, now })
    const pace = await lockPace(transaction, name)
    if (pace === undefined) return
    const measured =
      ratePerSecond === undefined
        ? await measureSenders(transaction, now)
        : ratePerSecond * (await countSenders(transaction, now))
    // Jittered, so that senders which were told at once do not come back at once.
    const pauseMs = 1000 + 2000 * random()
    const event = { kind: 'slowed', ratePerSecond: measured, reply: reply ?? '', pauseMs } as const
    const next = nextPace(pace, event, now)
    if (next !== null) await savePace(transaction, next)
  })
}

/** What the bucket allows now, for people: "20 a second". */
export function paceInWords(pace: Pace, now: Date): string {
  const rate = rateAt(pace, now)
  if (rate === null) return 'any'
  return rate >= 10 ? `${Math.round(rate)} a second` : `${Number(rate.toFixed(1))} a second`
}
