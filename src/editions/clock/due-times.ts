import { dayIn } from '../dates.ts'
import { instantOf } from './instant.ts'

/** When a newsletter comes. */
export type Rhythm = {
  cadence: 'instant' | 'daily' | 'weekly' | 'custom'
  /** HH:MM:SS in the day's order; the first is the newsletter's hour. */
  hours: readonly string[]
  /** ISO days (1 = Monday); null: every day, and of a weekly one its weekly day. */
  days: readonly number[] | null
  weeklyDay: number
  /** The newsroom's zone; or those of its readers, where it comes at each reader's own hour. */
  zones: readonly string[]
}

export type DueTime = {
  /** The day on the masthead, in each zone its own. */
  localDate: string
  /** The place of the hour in the day, from 1. */
  slot: number
  localTime: string
  /** In the first zone that comes to it. */
  dueAt: Date
}

const DAY_MS = 86_400_000

/**
 * All due times after `after`, up to and with `until`, in order. A day is a day of the calendar, so that an hour that is
 * left out or comes twice makes neither none nor two.
 */
export function dueTimesIn(
  rhythm: Rhythm,
  { after, until }: { after: Date; until: Date },
): DueTime[] {
  const found: DueTime[] = []
  for (const localDate of daysAround(after, until)) {
    if (!comesOn(rhythm, localDate)) continue
    for (const [index, localTime] of rhythm.hours.entries()) {
      const dueAt = firstInstant(rhythm.zones, { date: localDate, time: localTime })
      if (dueAt > after && dueAt <= until)
        found.push({ localDate, slot: index + 1, localTime, dueAt })
    }
  }
  return found.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.slot - b.slot)
}

/** The first zone's: no reader's hour comes before it, and none waits for a zone that no reader has. */
function firstInstant(zones: readonly string[], local: { date: string; time: string }): Date {
  const instants = zones.map((zone) => instantOf({ ...local, zone }).getTime())
  return new Date(Math.min(...instants))
}

function comesOn({ cadence, days, weeklyDay }: Rhythm, localDate: string): boolean {
  if (cadence === 'instant') return false
  const weekday = new Date(`${localDate}T00:00:00Z`).getUTCDay() || 7
  if (days !== null) return days.includes(weekday)
  return cadence === 'weekly' ? weekday === weeklyDay : true
}

/** Calendar days that some zone may have between the two: zones reach from UTC-12 to UTC+14. */
function daysAround(after: Date, until: Date): string[] {
  const days: string[] = []
  const last = until.getTime() + DAY_MS
  for (let at = after.getTime() - DAY_MS; at <= last; at += DAY_MS)
    days.push(dayIn('UTC', new Date(at)))
  const final = dayIn('UTC', new Date(last))
  return days.at(-1) === final ? days : [...days, final]
}
