import type { Context } from '#context.ts'
import { listNewsletters } from '../newsletter.ts'
import { getNewsletterSettings } from './change-newsletter.ts'
import { listPauses, type Pause, type StoredNewsletter } from './settings-store.ts'

export type NewsletterInFull = StoredNewsletter & {
  /** Whether editions drafted from now on count how many readers open a story. */
  clicks: boolean
  /** Whether who confirms gets the latest edition at once. */
  welcome: boolean
  pauses: Pause[]
}

/** A newsletter with all that can be set of it, and its pauses. @throws Refusal that lists the newsletters there are */
export async function describeNewsletter(
  { db }: Pick<Context, 'db'>,
  slug: string,
): Promise<NewsletterInFull> {
  const newsletter = await getNewsletterSettings({ db }, slug)
  const switches = (await listNewsletters(db)).find(({ id }) => id === newsletter.id)
  const { clicks = false, welcome = false } = switches ?? {}
  return { ...newsletter, clicks, welcome, pauses: await listPauses(db, newsletter.id) }
}
