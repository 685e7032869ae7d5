import type { Lane } from '#queue/jobs.ts'

/** A bucket of mails that all senders take from: what a relay or a destination may get. */
export type Pace = {
  /** `relay NAME` or `destination ID`. */
  name: string
  /** Mails a second as of `slowedAt`, from where it grows; null when only caps or connections are limited. */
  rate: number | null
  /** What a person or the relay's owner allows at most. */
  ceiling: number | null
  tokens: number
  refilledAt: Date
  blockedUntil: Date | null
  connections: number | null
  hourStart: Date | null
  hourCount: number
  dayStart: Date | null
  dayCount: number
  slowedAt: Date | null
  reply: string | null
}

export type Caps = { hourly: number | null; daily: number | null }

const NO_CAPS: Caps = { hourly: null, daily: null }

/** A bucket holds half a second: what a receiver counts over a second stays near the rate. */
export const BURST_SECONDS = 0.5
/** Of a full bucket and of a cap, the part that digests leave to alerts and confirmations. */
export const RESERVED_OF_BURST = 0.2
export const RESERVED_OF_CAP = 0.02

/** An answer to one window of replies counts once: the mails that were on their way are told the same. */
const WINDOW_MS = 5000
/** One mail in ten seconds still finds out that a receiver has forgiven us. */
const FLOOR = 0.1
/** Every ten seconds without a complaint, a twentieth of the ceiling or of the rate that was too much. */
export const GROWTH_MS = 10_000
export const GROWTH_SHARE = 0.05
/** Grown to twice what was too much, nothing is left to keep to. */
const FREE_AT = 4

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Mails a second now; null when there is no such limit. Growth is worked out and not written, so accepted mails cost nothing. */
export function rateAt({ rate, ceiling, slowedAt }: Pace, now: Date): number | null {
  if (rate === null || slowedAt === null) return rate
  const steps = Math.max(0, Math.floor((now.getTime() - slowedAt.getTime()) / GROWTH_MS))
  const grown = rate + steps * GROWTH_SHARE * (ceiling ?? 2 * rate)
  return Math.min(grown, ceiling ?? Number.POSITIVE_INFINITY)
}

/** What became of mails to a destination. */
export type Reply =
  | { kind: 'accepted' }
  /** `ratePerSecond` is what all senders together sent there; 0 when nobody knows. */
  | { kind: 'slowed'; ratePerSecond: number; reply: string; pauseMs: number }

/**
 * The bucket after a reply: halved and paused when it was too much, at most once a window. Null when it limits nothing
 * any more.
 */
export function nextPace(pace: Pace, event: Reply, now: Date): Pace | null {
  const rate = rateAt(pace, now)
  if (event.kind === 'accepted') return isFree(pace, rate) ? withoutRate(pace) : pace
  if (pace.slowedAt !== null && now.getTime() - pace.slowedAt.getTime() < WINDOW_MS) return pace
  const measured = event.ratePerSecond > 0 ? event.ratePerSecond : Number.POSITIVE_INFINITY
  const tooMuch = Math.min(rate ?? Number.POSITIVE_INFINITY, measured)
  const halved = Number.isFinite(tooMuch) ? Math.max(FLOOR, tooMuch / 2) : 1
  return {
    ...pace,
    rate: halved,
    tokens: 0,
    refilledAt: now,
    blockedUntil: new Date(now.getTime() + event.pauseMs),
    slowedAt: now,
    reply: event.reply,
  }
}

function isFree({ ceiling, rate: slowedTo }: Pace, rate: number | null): boolean {
  return ceiling === null && rate !== null && slowedTo !== null && rate >= FREE_AT * slowedTo
}

function withoutRate(pace: Pace): Pace | null {
  if (pace.connections === null) return null
  return { ...pace, rate: null, slowedAt: null, reply: null, blockedUntil: null }
}

/** Tokens of a bucket at this rate: a digest stops at `reserved`, nobody saves more than `full`. */
export function sizeOf(rate: number): { full: number; reserved: number } {
  const burst = Math.max(1, rate * BURST_SECONDS)
  return { full: burst * (1 + RESERVED_OF_BURST), reserved: burst * RESERVED_OF_BURST }
}

export type Taken = { mails: number; pace: Pace; because: Shortage | null }
/** What kept mails back. */
export type Shortage = 'paused' | 'rate' | 'hourly' | 'daily'

/** Takes what may go now, at most `want`. */
export function takeMails(
  pace: Pace,
  { want, lane, now, caps = NO_CAPS }: { want: number; lane: Lane; now: Date; caps?: Caps },
): Taken {
  if (pace.blockedUntil !== null && pace.blockedUntil > now)
    return { mails: 0, pace, because: 'paused' }
  const filled = windowed(refilled(pace, now), now)
  const room: [Shortage, number][] = [
    ['rate', tokensFor(filled, { lane, now })],
    ['hourly', roomUnder(caps.hourly, { used: filled.hourCount, lane })],
    ['daily', roomUnder(caps.daily, { used: filled.dayCount, lane })],
  ]
  const [because, least] = room.reduce((one, other) => (other[1] < one[1] ? other : one))
  const mails = Math.max(0, Math.min(want, Math.floor(least)))
  return {
    mails,
    because: mails < want ? because : null,
    pace: {
      ...filled,
      tokens: filled.rate === null ? 0 : filled.tokens - mails,
      hourCount: filled.hourCount + mails,
      dayCount: filled.dayCount + mails,
    },
  }
}

function refilled(pace: Pace, now: Date): Pace {
  const rate = rateAt(pace, now)
  if (rate === null) return { ...pace, refilledAt: now }
  const seconds = Math.max(0, now.getTime() - pace.refilledAt.getTime()) / 1000
  return {
    ...pace,
    tokens: Math.min(sizeOf(rate).full, pace.tokens + rate * seconds),
    refilledAt: now,
  }
}

/** A window opens with its first mail: for a newspaper that mails at the same hour it is as good as one that slides. */
function windowed(pace: Pace, now: Date): Pace {
  const hour = startOf(pace.hourStart, { now, length: HOUR_MS })
  const day = startOf(pace.dayStart, { now, length: DAY_MS })
  return {
    ...pace,
    hourStart: hour,
    hourCount: hour === pace.hourStart ? pace.hourCount : 0,
    dayStart: day,
    dayCount: day === pace.dayStart ? pace.dayCount : 0,
  }
}

function startOf(start: Date | null, { now, length }: { now: Date; length: number }): Date {
  return start !== null && now.getTime() - start.getTime() < length ? start : now
}

function tokensFor(pace: Pace, { lane, now }: { lane: Lane; now: Date }): number {
  const rate = rateAt(pace, now)
  if (rate === null) return Number.POSITIVE_INFINITY
  return lane === 'digest' ? pace.tokens - sizeOf(rate).reserved : pace.tokens
}

function roomUnder(cap: number | null, { used, lane }: { used: number; lane: Lane }): number {
  if (cap === null) return Number.POSITIVE_INFINITY
  return usableCap(cap, lane) - used
}

/** What of an hourly or daily cap mails of the lane may use up. */
export function usableCap(cap: number, lane: Lane): number {
  return lane === 'digest' ? Math.max(1, Math.floor(cap * (1 - RESERVED_OF_CAP))) : cap
}
