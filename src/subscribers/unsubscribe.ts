import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import {
  activateSubscriber,
  findByPublicId,
  leave,
  listChoices,
  recordConsent,
  type Subscriber,
  subscribeTo,
} from './store.ts'
import { openToken, sealToken } from './tokens.ts'

/** What an unsubscribe link stands for: the newsletter of its edition, or everything where there is none. */
export type Leaving = {
  subscriber: Subscriber
  editionId: number | null
  newsletter: { id: number; name: string } | null
  /** Already off. */
  done: boolean
}

/** Changes nothing: mail scanners follow links. */
export async function readLeaving(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  token: string,
): Promise<Leaving | undefined> {
  const opened = openToken(secrets, 'unsubscribe', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (opened === undefined || subscriber === undefined) return undefined
  const { rows } = await sql<{ id: number; name: string; editionId: number }>`
    select n.id, n.name, e.id as "editionId"
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.id = ${opened.reference}`.execute(db)
  const [found] = rows
  const newsletter = found === undefined ? null : { id: found.id, name: found.name }
  const choices = await listChoices(db, subscriber.id)
  const on = choices.filter((choice) => choice.on && (newsletter === null || choice.newsletterId === newsletter.id))
  return { subscriber, editionId: found?.editionId ?? null, newsletter, done: on.length === 0 }
}

/**
 * RFC 8058: works with nothing but the token, as often as asked. `all` leaves every newsletter.
 * @returns undefined for a token that is not ours
 */
export async function unsubscribe(
  context: Pick<Context, 'db' | 'clock' | 'secrets'>,
  { token, all, form }: { token: string; all: boolean; form: string },
): Promise<(Leaving & { undoToken: string }) | undefined> {
  const leaving = await readLeaving(context, token)
  if (leaving === undefined) return undefined
  const { subscriber } = leaving
  const now = context.clock.now()
  const newsletterId = all ? null : (leaving.newsletter?.id ?? null)
  const leftAt = await inTransaction(context.db, async (db) => {
    await leave(db, { subscriberId: subscriber.id, newsletterId, now })
    const last = (await findLeftAt(db, { subscriberId: subscriber.id, newsletterId })) ?? now
    // Pressed again, nothing changes and there is nothing to record.
    if (!leaving.done || all) await recordLeaving(db, { leaving, newsletterId, form, now })
    return last
  })
  // Names what this press turned off, so that an undo never brings back what was left on another day or page.
  const undoToken = sealToken(context.secrets, 'undo', {
    publicId: subscriber.publicId,
    reference: leftAt.getTime(),
    addressVersion: 0,
  })
  return { ...leaving, done: true, undoToken }
}

/** Takes back what was left in the last 24 hours. */
export async function undoUnsubscribe(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  token: string,
): Promise<'returned' | 'too late' | 'unknown'> {
  const opened = openToken(secrets, 'undo', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (subscriber === undefined) return 'unknown'
  const now = clock.now()
  return inTransaction(db, async (transaction) => {
    const { rows } = await sql<{ newsletterId: number }>`
      select u.newsletter_id as "newsletterId" from subscription u
       where u.subscriber_id = ${subscriber.id} and u.newsletter_id is not null and u.cadence = 'off'
         and u.changed_at > ${now}::timestamptz - interval '24 hours'`.execute(transaction)
    if (rows.length === 0) return 'too late'
    await subscribeTo(transaction, {
      subscriberId: subscriber.id,
      newsletterIds: rows.map((row) => row.newsletterId),
      now,
    })
    await activateSubscriber(transaction, { id: subscriber.id, now })
    for (const { newsletterId } of rows) {
      await recordConsent(transaction, {
        subscriberId: subscriber.id,
        newsletterId,
        kind: 'returned',
        form: 'undo',
        now,
      })
    }
    return 'returned'
  })
}
