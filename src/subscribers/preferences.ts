import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { recordConsent } from './consent/consent-store.ts'
import { noteLeavings } from './leavings.ts'
import {
  activateSubscriber,
  type Choice,
  findByPublicId,
  leave,
  listChoices,
  lockSubscriber,
  type Subscriber,
  subscribeTo,
} from './store.ts'
import { openToken } from './tokens.ts'

export type Preferences = { subscriber: Subscriber; choices: Choice[] }

/** The reader's choices, by the link in a mail; undefined for a link that is not ours. */
export async function readPreferences(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  token: string,
): Promise<Preferences | undefined> {
  const opened = openToken(secrets, 'preferences', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (subscriber === undefined || subscriber.state === 'pending' || subscriber.email === null)
    return undefined
  return { subscriber, choices: await listChoices(db, subscriber.id) }
}

/** Makes exactly the named newsletters come; the others stop at once. */
export async function savePreferences(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  { token, slugs }: { token: string; slugs: string[] },
): Promise<Preferences | undefined> {
  const now = context.clock.now()
  const saved = await inTransaction(context.db, async (db) => {
    const known = await readPreferences({ ...context, db }, token)
    if (known === undefined) return undefined
    const { subscriber } = known
    await lockSubscriber(db, subscriber.id)
    const choices = await listChoices(db, subscriber.id)
    const changed = { returned: [] as number[], left: [] as number[] }
    for (const { newsletterId, slug, on } of choices) {
      if (slugs.includes(slug) && !on) {
        changed.returned.push(newsletterId)
        await subscribeTo(db, { subscriberId: subscriber.id, newsletterIds: [newsletterId], now })
        await activateSubscriber(db, { id: subscriber.id, now })
        await recordConsent(db, {
          subscriberId: subscriber.id,
          newsletterId,
          kind: 'confirmed',
          witness: { form: 'preferences' },
          now,
        })
      }
    }
    for (const { newsletterId, slug, on } of choices) {
      if (!slugs.includes(slug) && on) {
        changed.left.push(newsletterId)
        await leave(db, { subscriberId: subscriber.id, newsletterId, now })
        await recordConsent(db, {
          subscriberId: subscriber.id,
          newsletterId,
          kind: 'left',
          witness: { form: 'preferences' },
          now,
        })
      }
    }
    return { subscriber, choices: await listChoices(db, subscriber.id), changed }
  })
  if (saved === undefined) return undefined
  const { changed, ...preferences } = saved
  for (const kind of ['returned', 'left'] as const) {
    const newsletterIds = changed[kind]
    await noteLeavings(context, preferences.subscriber, { kind, newsletterIds, now })
  }
  return preferences
}
