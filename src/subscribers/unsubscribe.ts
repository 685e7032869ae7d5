import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { recordConsent } from './consent/consent-store.ts'
import { noteLeavings } from './leavings.ts'
import {
  activateSubscriber,
  findByPublicId,
  findLeftAt,
  leave,
  listChoices,
  listLeftAt,
  lockSubscriber,
  type Subscriber,
  subscribeTo,
} from './store.ts'
import { openToken, sealToken, type Token } from './tokens.ts'

/** An undo works this long. */
export const UNDO_HOURS = 24

/** What an unsubscribe link stands for: the newsletter of its edition, or everything where there is none. */
export type Leaving = {
  subscriber: Subscriber
  editionId: number | null
  newsletter: { id: number; name: string; kind: string } | null
  /** Already off. */
  done: boolean
}

/** Changes nothing: mail scanners follow links. */
export async function readLeaving(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  token: string,
): Promise<Leaving | undefined> {
  const opened = openToken(secrets, 'unsubscribe', token)
  return opened && findLeaving(db, opened)
}

/** The same for a token that was opened already. */
export async function findLeaving(
  db: Db,
  { publicId, reference }: Pick<Token, 'publicId' | 'reference'>,
): Promise<Leaving | undefined> {
  const subscriber = await findByPublicId(db, publicId)
  if (subscriber === undefined) return undefined
  const { rows } = await sql<{ id: number; name: string; kind: string; editionId: number }>`
    select n.id, n.name, n.kind, e.id as "editionId"
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.id = ${reference}`.execute(db)
  const [found] = rows
  const newsletter =
    found === undefined ? null : { id: found.id, name: found.name, kind: found.kind }
  const choices = await listChoices(db, subscriber.id)
  const on = choices.filter(
    (choice) => choice.on && (newsletter === null || choice.newsletterId === newsletter.id),
  )
  return { subscriber, editionId: found?.editionId ?? null, newsletter, done: on.length === 0 }
}

/**
 * RFC 8058: works with nothing but the token, as often as asked. `all` leaves every newsletter.
 * @returns undefined for a token that is not ours
 */
export async function unsubscribe(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  { token, all, form }: { token: string; all: boolean; form: string },
): Promise<(Leaving & { undoToken: string }) | undefined> {
  const leaving = await readLeaving(context, token)
  if (leaving === undefined) return undefined
  const now = context.clock.now()
  const newsletterId = all ? null : (leaving.newsletter?.id ?? null)
  const { changed, leftAt } = await inTransaction(context.db, async (db) => ({
    changed: await takeLeave(db, { leaving, newsletterId, form, now }),
    leftAt: (await findLeftAt(db, { subscriberId: leaving.subscriber.id, newsletterId })) ?? now,
  }))
  if (changed) {
    await noteLeavings(context, leaving.subscriber, {
      kind: 'left',
      newsletterIds: [newsletterId],
      now,
    })
  }
  // Names what this press turned off, so that an undo never brings back what was left on another day or page.
  const undoToken = sealToken(context.secrets, 'undo', {
    publicId: leaving.subscriber.publicId,
    reference: leftAt.getTime(),
    addressVersion: 0,
  })
  return { ...leaving, done: true, undoToken }
}

/** One newsletter or all, by that form, in the caller's transaction; who calls notes the leaving after the commit. */
export async function takeLeave(
  db: Db,
  {
    leaving: { subscriber, editionId },
    newsletterId,
    form,
    now,
  }: {
    leaving: Pick<Leaving, 'subscriber' | 'editionId'>
    newsletterId: number | null
    form: string
    now: Date
  },
): Promise<boolean> {
  const subscriberId = subscriber.id
  const left = await leave(db, { subscriberId, newsletterId, now })
  if (left)
    await recordConsent(db, {
      subscriberId,
      newsletterId,
      kind: 'left',
      witness: { form },
      editionId,
      now,
    })
  return left
}

/** Takes back one leaving, for 24 hours; what was left before or after it stays off. */
export async function undoUnsubscribe(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  token: string,
): Promise<'returned' | 'too late' | 'unknown'> {
  const { db, clock, secrets } = context
  const opened = openToken(secrets, 'undo', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (opened === undefined || subscriber === undefined) return 'unknown'
  const now = clock.now()
  const leftAt = new Date(opened.reference)
  if (now.getTime() - leftAt.getTime() > UNDO_HOURS * 3_600_000) return 'too late'
  const returned = await inTransaction(db, async (transaction) => {
    await lockSubscriber(transaction, subscriber.id)
    const found = await listLeftAt(transaction, { subscriberId: subscriber.id, leftAt })
    if (found.length === 0) return undefined
    const newsletterIds = found.filter((row) => !row.returned).map((row) => row.newsletterId)
    if (newsletterIds.length === 0) return []
    await subscribeTo(transaction, { subscriberId: subscriber.id, newsletterIds, now })
    await activateSubscriber(transaction, { id: subscriber.id, now })
    for (const newsletterId of newsletterIds) {
      await recordConsent(transaction, {
        subscriberId: subscriber.id,
        newsletterId,
        kind: 'returned',
        witness: { form: 'undo' },
        now,
      })
    }
    return newsletterIds
  })
  if (returned === undefined) return 'too late'
  await noteLeavings(context, subscriber, { kind: 'returned', newsletterIds: returned, now })
  return 'returned'
}
