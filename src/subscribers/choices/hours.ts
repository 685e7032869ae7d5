import type { NewsletterChoice } from './choice.ts'

const HALF_HOURS = Array.from({ length: 48 }, (_, index) => {
  const hour = String(Math.floor(index / 2)).padStart(2, '0')
  return `${hour}:${index % 2 === 0 ? '00' : '30'}`
})

/**
 * The hours at which a reader can have the digests: the newsletter's own first, then later ones. A digest is not ready
 * before its hour.
 */
export function hoursOffered(newsletters: readonly NewsletterChoice[]): string[] {
  const digests = newsletters.filter(({ kind }) => kind === 'digest')
  const on = digests.filter(({ cadence }) => cadence !== 'off')
  const [own] = (on.length > 0 ? on : digests).map(({ localTime }) => localTime).toSorted()
  return own === undefined ? [] : [own, ...HALF_HOURS.filter((hour) => hour > own)]
}

/** Whether any digest of the house can come at that hour. */
export function isHourOffered(newsletters: readonly NewsletterChoice[], hour: string): boolean {
  const digests = newsletters.filter(({ kind }) => kind === 'digest')
  const times = digests.map(({ localTime }) => localTime)
  return times.includes(hour) || (HALF_HOURS.includes(hour) && times.some((time) => time < hour))
}
