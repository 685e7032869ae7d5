import { durationInWords } from '#duration.ts'
import { type Caps, usableCap } from './pace-bucket.ts'

/** Mails with the same hour and destination. */
export type Share = { destination: string; releaseAt: Date; mails: number }

/** A relay with a limit, and what is used of it. */
export type RelayUse = Caps & {
  name: string
  rate: number | null
  hourStart: Date | null
  hourCount: number
  dayStart: Date | null
  dayCount: number
}

export type EstimateInput = {
  shares: Share[]
  /** Mails a second by destination; those that are not named are free. */
  rates: Record<string, number>
  /** Only when all relays have a limit; null when one of them takes what comes. */
  relays: RelayUse[] | null
  /** What the last editions reached without a limit; null when nobody knows. */
  measured: number | null
  spreadMs: number
  /** Counted from each reader's hour. */
  notAfterMs: number
  now: Date
}

export type Estimate = {
  mails: number
  /** Null when nothing limits it that anybody knows of. */
  finishAt: Date | null
  limitedBy: string | null
  /** Mails that would not leave in their time. */
  late: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A finish that is further away is as good as never. */
const HORIZON_MS = 60 * DAY_MS

const PRECISION_MS = 1

type Bound = {
  words: string
  shares: Share[]
  finishOf: (share: Share) => number
  /** How many of them can have left by then. */
  leftBy: (share: Share, at: number) => number
}

/** When the last mail would leave, and what it waits for: the slowest of all limits, each looked at by itself. */
export function estimateFinish(input: EstimateInput): Estimate {
  const shares = input.shares
    .filter((share) => share.mails > 0)
    .map((share) => (share.releaseAt < input.now ? { ...share, releaseAt: input.now } : share))
    .toSorted((one, other) => one.releaseAt.getTime() - other.releaseAt.getTime())
  const mails = shares.reduce((sum, share) => sum + share.mails, 0)
  const bounds = boundsOf(input, shares)
  const finishes = shares.map((share) => {
    const times = bounds
      .filter((bound) => bound.shares.includes(share))
      .map((bound) => ({ at: bound.finishOf(share), words: bound.words }))
    return times.reduce((one, other) => (other.at > one.at ? other : one), {
      at: share.releaseAt.getTime(),
      words: "the readers' own hour",
    })
  })
  const late = shares.reduce((sum, share) => {
    const end = share.releaseAt.getTime() + input.notAfterMs + PRECISION_MS
    const own = bounds.filter((bound) => bound.shares.includes(share))
    return (
      sum + Math.max(0, ...own.map((bound) => Math.ceil(share.mails - bound.leftBy(share, end))))
    )
  }, 0)
  const last = finishes.reduce((one, other) => (other.at > one.at ? other : one), {
    at: 0,
    words: '',
  })
  const known = bounds.length > 0 && shares.length > 0
  return {
    mails,
    finishAt: known ? new Date(last.at) : null,
    limitedBy: known ? last.words : null,
    late,
  }
}

function boundsOf(input: EstimateInput, shares: Share[]): Bound[] {
  const { spreadMs, relays, rates, measured } = input
  const bounds: Bound[] = []
  if (spreadMs > 0) {
    bounds.push({
      shares,
      words: `the spread of ${durationInWords(spreadMs)}`,
      finishOf: ({ releaseAt }) => releaseAt.getTime() + spreadMs,
      leftBy: ({ releaseAt, mails }, at) => ((at - releaseAt.getTime()) / spreadMs) * mails,
    })
  }
  for (const [destination, rate] of Object.entries(rates)) {
    const own = shares.filter((share) => share.destination === destination)
    bounds.push(
      queueOf(own, {
        capacity: ratedFrom(input.now, rate),
        words: `${destination} gets ${figure(rate)} mails a second`,
      }),
    )
  }
  if (relays !== null) {
    const capacity = (at: number) =>
      relays.reduce(
        (sum, relay) => sum + capacityUntil(relay, { from: input.now.getTime(), at }),
        0,
      )
    bounds.push(queueOf(shares, { capacity, words: relays.map(relayWords).join(', and ') }))
  } else if (measured !== null) {
    bounds.push(
      queueOf(shares, {
        capacity: ratedFrom(input.now, measured),
        words: `the last editions left at ${figure(measured)} mails a second`,
      }),
    )
  }
  return bounds
}

/** Mails are served in the order of their hours; `capacity` says how many can have left by then. */
function queueOf(
  shares: Share[],
  { capacity, words }: { capacity: (at: number) => number; words: string },
): Bound {
  const turns = new Map<Share, { begin: number; finish: number }>()
  let finish = 0
  for (const share of shares) {
    const begin = Math.max(finish, share.releaseAt.getTime())
    finish = reach(capacity, { begin, mails: share.mails })
    turns.set(share, { begin, finish })
  }
  return {
    shares,
    words,
    finishOf: (share) => turns.get(share)?.finish ?? 0,
    leftBy: (share, at) => Math.max(0, capacity(at) - capacity(turns.get(share)?.begin ?? at)),
  }
}

/** The first second by which so many more can have left. */
function reach(
  capacity: (at: number) => number,
  { begin, mails }: { begin: number; mails: number },
): number {
  const wanted = capacity(begin) + mails
  let low = begin
  let high = begin + HORIZON_MS
  if (capacity(high) < wanted) return high
  while (high - low > PRECISION_MS) {
    const middle = (low + high) / 2
    if (capacity(middle) < wanted) low = middle
    else high = middle
  }
  return high
}

function ratedFrom(now: Date, rate: number) {
  return (at: number) => (Math.max(0, at - now.getTime()) / 1000) * rate
}

/** What a relay can have taken by then, window after window. */
function capacityUntil(relay: RelayUse, { from, at }: { from: number; at: number }): number {
  let taken = 0
  let today = relay.dayCount
  let hour = relay.hourCount
  let hourEnd = (relay.hourStart?.getTime() ?? from) + HOUR_MS
  let dayEnd = (relay.dayStart?.getTime() ?? from) + DAY_MS
  for (let time = from; time < at;) {
    if (time >= hourEnd) [hour, hourEnd] = [0, time + HOUR_MS]
    if (time >= dayEnd) [today, dayEnd] = [0, time + DAY_MS]
    const until = Math.min(at, hourEnd, dayEnd)
    const byRate =
      relay.rate === null ? Number.POSITIVE_INFINITY : (relay.rate * (until - time)) / 1000
    const mails = Math.max(
      0,
      Math.min(byRate, roomOf(relay.hourly, hour), roomOf(relay.daily, today)),
    )
    taken += mails
    hour += mails
    today += mails
    time = until
  }
  return taken
}

function roomOf(cap: number | null, used: number): number {
  return cap === null ? Number.POSITIVE_INFINITY : usableCap(cap, 'digest') - used
}

function relayWords({ name, rate, hourly, daily }: RelayUse): string {
  const terms = [
    rate === null ? [] : `${figure(rate)} mails a second`,
    hourly === null ? [] : `${figure(hourly)} an hour`,
    daily === null ? [] : `${figure(daily)} a day`,
  ].flat()
  return `relay ${name} takes ${terms.join(', ')}`
}

function figure(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: value < 10 ? 1 : 0 })
}

/** Why an edition cannot be released as it is, and the ways out; undefined when it can. */
export function lateInWords(
  { mails, late, finishAt, limitedBy }: Estimate,
  { notAfterMs, spreadMs }: Pick<EstimateInput, 'notAfterMs' | 'spreadMs'>,
): string | undefined {
  if (late === 0 || finishAt === null) return undefined
  const way = spreadMs > 0 ? 'a shorter --spread' : 'a higher limit'
  return (
    `${figure(late)} of ${figure(mails)} mails would leave too late: ${limitedBy}, so the last would leave at ` +
    `${finishAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, and each has to leave within ` +
    `${durationInWords(notAfterMs)} of its hour. Give it ${way}, another relay, or more time ("send by")`
  )
}
