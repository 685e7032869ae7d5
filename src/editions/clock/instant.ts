// The one place where a local time becomes an instant. PostgreSQL computes the same for cohorts (`at time zone`), and a
// test holds the two against each other over all zones.

export type LocalTime = {
  /** ISO 8601 day: 2026-11-22. */
  date: string
  /** HH:MM or HH:MM:SS. */
  time: string
  /** IANA name. */
  zone: string
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/**
 * When that time is in that zone. As PostgreSQL has it: a time that a change to summer time leaves out is taken by the
 * clock before the change, so that it is later by the hour left out; of a time that comes twice the second is meant.
 */
export function instantOf({ date, time, zone }: LocalTime): Date {
  const key = `${zone} ${date} ${time}`
  const known = instants.get(key)
  const instant = known ?? computed({ date, time, zone })
  if (known === undefined) {
    if (instants.size >= KEPT) instants.clear()
    instants.set(key, instant)
  }
  return new Date(instant)
}

/** The clock asks for the same few days of some hundred zones every second. */
const instants = new Map<string, number>()
const KEPT = 20_000

function computed({ date, time, zone }: LocalTime): number {
  const local = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`)
  if (Number.isNaN(local)) throw new Error(`${date} ${time} is no local time`)
  const before = offsetMs(zone, local - 24 * HOUR_MS)
  const after = offsetMs(zone, local + 24 * HOUR_MS)
  if (before === after) return local - before
  const byBefore = local - before
  const byAfter = local - after
  return offsetMs(zone, byAfter) === after ? byAfter : byBefore
}

/** The clock of the zone at an instant, less UTC. */
export function offsetMs(zone: string, instant: number): number {
  const text = formatOf(zone).format(instant)
  const found = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text)
  if (found === null) throw new Error(`${zone} has no offset`)
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = found
  if (sign === undefined) return 0
  const size = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * 1000
  return sign === '-' ? -size : size
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making one takes longer than all that is asked of it. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, made)
  return made
}

/** Whether this server knows a zone by that name. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
