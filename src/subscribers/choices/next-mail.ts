import type { Cadence } from '../consent/consent-store.ts'
import { addDays, dayOf, instantOf, weekdayOf } from './wall-clock.ts'

/** What of a newsletter and the reader's choice decides when it comes. */
export type Coming = {
  kind: 'digest' | 'alerts'
  rhythm: 'instant' | 'daily' | 'weekly' | 'custom'
  /** The newsletter's hour: HH:MM. */
  localTime: string
  /** 1 is Monday. */
  weeklyDay: number
  cadence: Cadence
}

export type Whereabouts = {
  /** The reader's own hour. */
  hour: string | null
  timeZone: string
  snoozedUntil: Date | null
  now: Date
}

/** A reader's own hour counts where it is later than the newsletter's. */
export function hourOf({ localTime }: Pick<Coming, 'localTime'>, hour: string | null): string {
  return hour !== null && hour > localTime ? hour : localTime
}

/** When the first of these comes next; undefined where none has a time of its own, as alerts have none. */
export function nextMailAt(newsletters: readonly Coming[], where: Whereabouts): Date | undefined {
  const times = newsletters.flatMap((newsletter) => nextOf(newsletter, where) ?? [])
  return times.toSorted((one, other) => one.getTime() - other.getTime())[0]
}

function nextOf(newsletter: Coming, { hour, timeZone, snoozedUntil, now }: Whereabouts) {
  const { kind, rhythm, cadence, weeklyDay } = newsletter
  if (kind === 'alerts' || rhythm === 'custom' || cadence === 'off') return undefined
  const weekly = rhythm === 'weekly' || cadence === 'weekly'
  const awake = snoozedUntil !== null && snoozedUntil > now ? snoozedUntil : now
  const first = dayOf(timeZone, awake)
  // A whole week and a day: today's hour may be over.
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const day = addDays(first, ahead)
    const at = instantOf(timeZone, { day, hour: hourOf(newsletter, hour) })
    if (at > now && at >= awake && (!weekly || weekdayOf(day) === weeklyDay)) return at
  }
  return undefined
}
