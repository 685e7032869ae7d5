/** How many mails a day a new sending domain may send: it grows each day until there is nothing to warm up any more. */
export type Curve = {
  /** The first day, as 2026-11-22. */
  from: string
  first: number
  factor: number
  /** Above this the domain is known, and nothing is held back. */
  until: number
}

/**
 * 200 on the first day and half as much again each day: 100,000 on the seventeenth. Slower than the doubling that some
 * providers name for addresses of their own pools, and faster than the six weeks to 200,000 of others.
 */
export const STANDARD: Omit<Curve, 'from'> = { first: 200, factor: 1.5, until: 100_000 }

const DAY_MS = 86_400_000

/** Mails of the day that begins `day` days after the first; null when the domain is warm. */
export function mailsOfDay(
  { first, factor, until }: Omit<Curve, 'from'>,
  day: number,
): number | null {
  if (day < 0) return 0
  const mails = Math.floor(first * factor ** day)
  return mails >= until ? null : mails
}

/** What may leave today, less what has left within a day; null when the domain is warm. */
export function leftToday(curve: Curve, { sent, now }: { sent: number; now: Date }): number | null {
  const mails = mailsOfDay(curve, dayOf(curve, now))
  return mails === null ? null : Math.max(0, mails - sent)
}

/** The day on which an edition of this size reaches everybody, when nothing else is sent that day. */
export function everyoneOn(curve: Curve, audience: number): string {
  for (let day = 0; ; day += 1) {
    const mails = mailsOfDay(curve, day)
    if (mails === null || mails >= audience) return dateOf(startOf(curve) + day * DAY_MS)
  }
}

function dayOf(curve: Curve, now: Date): number {
  return Math.floor((now.getTime() - startOf(curve)) / DAY_MS)
}

function startOf({ from }: Curve): number {
  return Date.parse(`${from}T00:00:00Z`)
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
