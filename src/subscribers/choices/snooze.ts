import { Refusal } from '#errors.ts'
import { addDays, addMonths, dayOf, instantOf } from './wall-clock.ts'

/** A week, a month, until a day, or the end of the pause. */
export type Pause =
  | { for: 'none' }
  | { for: 'week' }
  | { for: 'month' }
  | { for: 'day'; day: string }

/** The first and the last day that a pause can be until. */
export function pauseDays({ timeZone, now }: { timeZone: string; now: Date }) {
  const today = dayOf(timeZone, now)
  return { first: addDays(today, 1), last: addMonths(today, 12) }
}

/**
 * Mails come again from the reader's midnight on.
 * @throws Refusal for a day that is over, or more than a year ahead
 */
export function wakesAt(
  pause: Pause,
  { timeZone, now }: { timeZone: string; now: Date },
): Date | null {
  if (pause.for === 'none') return null
  return instantOf(timeZone, { day: dayAfter(pause, { timeZone, now }), hour: '00:00' })
}

function dayAfter(
  pause: Exclude<Pause, { for: 'none' }>,
  where: { timeZone: string; now: Date },
): string {
  const today = dayOf(where.timeZone, where.now)
  switch (pause.for) {
    case 'week':
      return addDays(today, 7)
    case 'month':
      return addMonths(today, 1)
    case 'day': {
      const { first, last } = pauseDays(where)
      const { day } = pause
      if (isDay(day) && day >= first && day <= last) return day
      throw new Refusal(
        `a pause cannot be until "${day.slice(0, 20)}": give a day from ${first} to ${last}`,
        { field: 'until' },
      )
    }
  }
}

/** The calendar has no 30 February, though a Date takes it. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00Z`) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
