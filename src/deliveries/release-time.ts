import { instantOf, isZone } from '#editions/clock/instant.ts'
import type { Plan } from './plan-store.ts'

/** Everybody at once; and who gets it first. Other keys are a zone, or a zone and a reader's own hour. */
export const EVERYBODY = '*'
export const STAFF = 'staff'

/**
 * When the readers of a cohort get the edition. Nobody before its release, staff right then, the others when it was held
 * back long enough for somebody to stop it. A zone that is not known gets the hour of UTC.
 */
export function releaseTimeOf(
  key: string,
  {
    releaseAt,
    editionDate,
    localTime,
    holdBackMs,
  }: Pick<Plan, 'releaseAt' | 'editionDate' | 'localTime' | 'holdBackMs'>,
): Date {
  if (key === STAFF) return releaseAt
  const soonest = new Date(releaseAt.getTime() + holdBackMs)
  if (key === EVERYBODY) return soonest
  const [zone = '', ownTime] = key.split(' ')
  const local = { date: editionDate, time: ownTime ?? localTime }
  const hour = instantOf({ ...local, zone: isZone(zone) ? zone : 'UTC' })
  return hour > soonest ? hour : soonest
}
