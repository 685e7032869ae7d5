import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import { dayIn } from '../dates.ts'
import { getRulesById } from '../draft/rules-store.ts'
import { readSettings } from '../publication.ts'
import type { Edition } from '../store.ts'
import { countAlertsSince, findEarlierAlert } from './alert-store.ts'

/** Why an alert should not leave now, for a person to decide; null where nothing speaks against it. */
export type AlertLimit = { limit: 'budget' | 'cooldown'; reason: string }

/**
 * Readers leave who are alerted too often: so many alerts a day, counted by the newsroom's day, and on one story not
 * again within its cooldown.
 */
export async function findAlertLimit(
  { db, clock }: Pick<Context, 'clock'> & { db: Db },
  edition: Pick<Edition, 'id' | 'newsletterId' | 'updateNumber' | 'draft'>,
): Promise<AlertLimit | null> {
  const now = clock.now()
  const rules = await getRulesById(db, edition.newsletterId)
  const { timeZone } = await readSettings({ db })
  const storyId = edition.draft?.form === 'alert' ? edition.draft.item.storyId : undefined
  if (edition.updateNumber !== null && storyId !== undefined) {
    const earlier = await findEarlierAlert(db, { storyId, newsletterId: rules.id })
    const since = earlier === undefined ? Infinity : now.getTime() - earlier.lastAt.getTime()
    if (since < rules.cooldownMs) {
      const minutes = Math.max(1, Math.round(since / 60_000))
      return {
        limit: 'cooldown',
        reason: `readers were alerted to this story ${minutes} min ago, and ${Math.round(rules.cooldownMs / 60_000)} min are to lie between two alerts on one story`,
      }
    }
  }
  if (edition.updateNumber !== null) return null
  const zone = rules.timeZone ?? timeZone
  const today = await countAlertsSince(db, { newsletterId: rules.id, since: startOfDay(zone, now) })
  if (today < rules.alertBudget) return null
  return {
    limit: 'budget',
    reason: `${today === 1 ? 'one alert' : `${today} alerts`} went out today, and the budget is ${rules.alertBudget} a day`,
  }
}

/** @throws Refusal that says what a publisher can do about it */
export async function refuseOverLimit(
  context: Pick<Context, 'clock'> & { db: Db },
  edition: Edition,
): Promise<void> {
  if (edition.kind !== 'alert') return
  const found = await findAlertLimit(context, edition)
  if (found === null) return
  throw new Refusal(
    `alert ${edition.id} is not released: ${found.reason}. A publisher can release it all the same, with a reason: --over-limit "…"`,
    { status: 409, field: found.limit },
  )
}

/** The last 26 hours hold every midnight of a zone. */
function startOfDay(timeZone: string, now: Date): Date {
  const today = dayIn(timeZone, now)
  for (let minutes = 0; minutes <= 26 * 60; minutes += 15) {
    const earlier = new Date(now.getTime() - minutes * 60_000)
    if (dayIn(timeZone, earlier) !== today) return new Date(earlier.getTime() + 15 * 60_000)
  }
  return now
}
