import type { Context } from '#context.ts'
import { getNewsletterSettings } from '../newsletters/change-newsletter.ts'
import { readSettings } from '../publication.ts'
import { findPause, listAutomatic, listDueTimes, type PastDueTime } from './due-store.ts'
import { dueTimesIn } from './due-times.ts'
import { rhythmOf } from './sweep-due-times.ts'

/** What came of the last due times and when the next are, the latest first. */
export async function listComing(
  context: Pick<Context, 'db' | 'clock'>,
  { slug, past, comingDays }: { slug: string; past: number; comingDays: number },
): Promise<PastDueTime[]> {
  const { db, clock } = context
  const { id } = await getNewsletterSettings(context, slug)
  const { timeZone } = await readSettings({ db })
  const been = await listDueTimes(db, { newsletterId: id, limit: past })
  const newsletter = (await listAutomatic(db, timeZone)).find((one) => one.id === id)
  if (newsletter === undefined) return been
  const now = clock.now()
  const until = new Date(now.getTime() + comingDays * 86_400_000)
  const after = newsletter.lookedAt > now ? newsletter.lookedAt : now
  const coming: PastDueTime[] = []
  for (const due of dueTimesIn(await rhythmOf({ db }, newsletter), { after, until })) {
    const pause = await findPause(db, { newsletterId: id, day: due.localDate })
    coming.push({
      ...due,
      state: pause === undefined ? 'coming' : 'rests',
      reason: pause ?? null,
      counts: {},
      editionId: null,
    })
  }
  return [...coming.toReversed(), ...been]
}
