// What a clock on the wall shows in a zone, and when it shows it. Days are `2026-11-22`, hours `06:30`.

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** The calendar day of an instant in a zone. */
export function dayOf(timeZone: string, at: Date): string {
  return new Date(wallOf(timeZone, at.getTime())).toISOString().slice(0, 10)
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00Z`).getUTCDay() || 7
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The same day of a later month, or that month's last: 31 January and one month are 28 February. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0))
  last.setUTCDate(Math.min(date, last.getUTCDate()))
  return last.toISOString().slice(0, 10)
}

/**
 * When the clock shows that hour of that day, as PostgreSQL has it: an hour that is skipped in spring comes as much
 * later, and of one that comes twice in autumn the second counts.
 */
export function instantOf(timeZone: string, { day, hour }: { day: string; hour: string }): Date {
  const wall = Date.parse(`${day}T${hour.slice(0, 5)}Z`)
  const before = wall - offsetAt(timeZone, wall - DAY_MS)
  const after = wall - offsetAt(timeZone, wall + DAY_MS)
  const shown = [after, before].find((at) => wallOf(timeZone, at) === wall)
  return new Date(shown ?? before)
}

function offsetAt(timeZone: string, at: number): number {
  return wallOf(timeZone, at) - at
}

/** The clock's reading as if it were UTC; to the second, as zones of old have it. */
function wallOf(timeZone: string, at: number): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
}

// Kept: making one takes 50 times as long as asking it.
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}
