const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const SHORTEST_MS = 2 * MINUTE_MS
const LONGEST_ACTIVE_MS = HOUR_MS
const LONGEST_MS = 6 * HOUR_MS
const UNKNOWN_MS = 30 * MINUTE_MS
const WITH_HUB_MS = 30 * MINUTE_MS
/** What a server asks for is kept up to here: a feed that claims a week would be no news. */
const LONGEST_WISH_MS = HOUR_MS
const QUIET_AFTER_MS = 7 * DAY_MS

const FIRST_BACK_OFF_MS = 5 * MINUTE_MS
const FAILING_AFTER = 3
const INACTIVE_AFTER = 10

/** Items a few minutes apart came out together. */
const TOGETHER_MS = 5 * MINUTE_MS
const RHYTHM_MS = 21 * DAY_MS
/** Fewer than this say nothing about hours of the day. */
const ENOUGH_FOR_HOURS = 28
const POLLS_A_GAP = 4

export type Wishes = { ttlMinutes: number | null; maxAgeSeconds: number | null }

export type Rhythm = {
  /** When its items came out, of the last weeks. */
  itemTimes: readonly Date[]
  /** Whether it ever had an item: without one of the last weeks it sleeps. */
  known: boolean
  hub: boolean
  wishes: Wishes
}

/** When a feed that answered is asked again. `chance` is from 0 to 1. */
export function nextPoll(
  { itemTimes, known, hub, wishes }: Rhythm,
  { now, chance }: { now: Date; chance: number },
): Date {
  const wanted = Math.max(
    rhythmOf(itemTimes, now) ?? (known ? LONGEST_MS : UNKNOWN_MS),
    Math.min(wishOf(wishes), LONGEST_WISH_MS),
    hub ? WITH_HUB_MS : 0,
  )
  return later(now, wanted * (0.9 + 0.2 * chance))
}

function wishOf({ ttlMinutes, maxAgeSeconds }: Wishes): number {
  return Math.max((ttlMinutes ?? 0) * MINUTE_MS, (maxAgeSeconds ?? 0) * 1000)
}

/** About a quarter of the usual gap between items: half of them are then seen within an eighth of it. */
function rhythmOf(itemTimes: readonly Date[], now: Date): number | undefined {
  const events = eventsOf(itemTimes, now)
  const latest = events.at(-1)
  if (latest === undefined) return undefined
  const quiet = now.getTime() - latest
  if (quiet > QUIET_AFTER_MS) return clamp(quiet / 168, LONGEST_ACTIVE_MS, LONGEST_MS)
  const gap = gapAtThisHour(events, now) ?? medianGap(events)
  if (gap === undefined) return UNKNOWN_MS
  return clamp(gap / POLLS_A_GAP, SHORTEST_MS, LONGEST_ACTIVE_MS)
}

/** Times at which something came out, oldest first. */
function eventsOf(itemTimes: readonly Date[], now: Date): number[] {
  const times = itemTimes
    .map((time) => time.getTime())
    .filter((time) => time <= now.getTime() && time > now.getTime() - RHYTHM_MS)
    .toSorted((a, b) => a - b)
  const events: number[] = []
  for (const time of times) {
    if (time - (events.at(-1) ?? 0) >= TOGETHER_MS) events.push(time)
  }
  return events
}

function medianGap(events: readonly number[]): number | undefined {
  const gaps = events.slice(1).map((time, index) => time - (events[index] ?? time))
  return gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]
}

/** The usual gap around this hour of the day, UTC; undefined where there is too little to tell hours apart. */
function gapAtThisHour(events: readonly number[], now: Date): number | undefined {
  const first = events[0]
  if (first === undefined || events.length < ENOUGH_FOR_HOURS) return undefined
  const days = (now.getTime() - first) / DAY_MS
  if (days < 3) return undefined
  const hour = now.getUTCHours()
  const near = events.filter((time) => {
    const apart = Math.abs(new Date(time).getUTCHours() - hour)
    return Math.min(apart, 24 - apart) <= 1
  })
  return (days * 3 * HOUR_MS) / Math.max(near.length, 1)
}

export type Failing = { state: 'active' | 'failing' | 'inactive'; pollAt: Date }

/** After `failures` polls in a row that failed. A server's own word on when to come back counts, up to a day. */
export function afterFailure(
  { failures, retryAfter }: { failures: number; retryAfter: Date | null },
  { now, chance }: { now: Date; chance: number },
): Failing {
  const wait = Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), DAY_MS)
  const jittered = Math.min(wait * (0.75 + 0.5 * chance), DAY_MS)
  const asked = Math.min((retryAfter?.getTime() ?? 0) - now.getTime(), DAY_MS)
  return {
    state: stateAfter(failures),
    pollAt: later(now, failures >= INACTIVE_AFTER ? DAY_MS : Math.max(jittered, asked)),
  }
}

function stateAfter(failures: number): Failing['state'] {
  if (failures >= INACTIVE_AFTER) return 'inactive'
  return failures >= FAILING_AFTER ? 'failing' : 'active'
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}

function later(now: Date, ms: number): Date {
  return new Date(now.getTime() + Math.round(ms))
}
