import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Edition } from '#editions/store.ts'
import { isMeant } from '../plan-choices-store.ts'
import { listQuietZones } from '../plan-quiet-store.ts'

/** Whom an alert would reach, if it left now. */
export type Forecast = {
  /** Who gets it at once. */
  now: number
  /** In whose zone it is the newsletter's quiet hours: they read it in their next digest. */
  quiet: number
}

/** Null for what is no alert, or has left. */
export async function forecastAlert(
  db: Db,
  { edition, now }: { edition: Edition; now: Date },
): Promise<Forecast | null> {
  const { id: editionId, newsletterId, kind, level, updateNumber, releaseAt } = edition
  if (kind !== 'alert' || releaseAt !== null) return null
  const meant = isMeant({ editionId, kind, weekly: false, update: updateNumber !== null })
  const zones = level === 'major' ? [] : await listQuietZones(db, { newsletterId, now })
  const { rows } = await sql<Forecast>`
    select count(*) filter (where s.time_zone <> all(${zones}))::integer as now
         , count(*) filter (where s.time_zone = any(${zones}))::integer as quiet
      from subscription u
      join subscriber s on s.id = u.subscriber_id and s.state = 'active'
      left join suppression p on p.address_hash = s.address_hash
     where u.newsletter_id = ${newsletterId} and u.cadence <> 'off' and p.address_hash is null
       and (u.snoozed_until is null or u.snoozed_until <= ${now}) ${meant}`.execute(db)
  return rows[0] ?? { now: 0, quiet: 0 }
}

/** "12 readers get it now; 30 have their quiet hours, and read it in their next digest". */
export function forecastInWords({ now, quiet }: Forecast): string {
  const some =
    now === 1
      ? '1 reader gets it now'
      : `${now === 0 ? 'nobody' : `${now} readers`} get${now === 0 ? 's' : ''} it now`
  return quiet === 0
    ? some
    : `${some}; ${quiet} ${quiet === 1 ? 'has' : 'have'} quiet hours and ${quiet === 1 ? 'reads' : 'read'} it in the next digest: only a major alert wakes`
}
