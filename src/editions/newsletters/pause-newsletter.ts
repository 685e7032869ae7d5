import { z } from 'zod'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { getNewsletterSettings } from './change-newsletter.ts'
import { insertPause, liftPauses, type Pause } from './settings-store.ts'

export type PauseWish = {
  slug: string
  from: string | undefined
  until: string | undefined
  reason: string | undefined
  operatorId: number
}

/**
 * A holiday, a tragedy: from one day to another, both included, the clock makes nothing of it, and each hour that passes
 * leaves its row with the reason. @throws Refusal that names the field
 */
export async function pauseNewsletter(
  context: Pick<Context, 'db' | 'clock'>,
  { slug, from, until, reason, operatorId }: PauseWish,
): Promise<Pick<Pause, 'fromDay' | 'untilDay' | 'reason'>> {
  const { id } = await getNewsletterSettings(context, slug)
  const [fromDay, untilDay] = [dayOf('from', from), dayOf('until', until)]
  if (untilDay < fromDay)
    throw new Refusal(`until (${untilDay}) is before from (${fromDay})`, { field: 'until' })
  const why = reason?.replace(/\s+/g, ' ').trim() ?? ''
  if (why === '' || why.length > 200)
    throw new Refusal('say why in a line of at most 200 characters: a reason is missing', {
      field: 'reason',
    })
  const now = context.clock.now()
  await insertPause(context.db, {
    newsletterId: id,
    fromDay,
    untilDay,
    reason: why,
    operatorId,
    now,
  })
  return { fromDay, untilDay, reason: why }
}

/** @returns how many pauses were lifted */
export async function resumeNewsletter(
  context: Pick<Context, 'db' | 'clock'>,
  slug: string,
): Promise<number> {
  const { id } = await getNewsletterSettings(context, slug)
  return liftPauses(context.db, { newsletterId: id, now: context.clock.now() })
}

function dayOf(field: string, text: string | undefined): string {
  const parsed = z.iso.date().safeParse(text)
  if (parsed.success) return parsed.data
  throw new Refusal(`${field} must be a day such as 2026-12-24`, { field })
}
