import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { recordConsent } from './consent/consent-store.ts'
import type { Witness } from './consent/witness.ts'
import { bringBack, countLeftAt, lockReturning, type Pressed } from './leaving/leave-store.ts'
import { pressesOf } from './leaving/presses.ts'
import { noteLeavings } from './leavings.ts'
import { activateSubscriber, findByPublicId, leave, listChoices, type Subscriber } from './store.ts'
import { openToken, sealToken, type Token } from './tokens.ts'

/** An undo works this long. */
export const UNDO_HOURS = 24

/** What an unsubscribe link stands for: the newsletter of its edition, or everything where there is none. */
export type Leaving = {
  subscriber: Subscriber
  editionId: number | null
  /** When the mail's edition was sent: as old as the mail. */
  editionAt: Date | null
  newsletter: { id: number; name: string; kind: string } | null
  /** Already off. */
  done: boolean
  /** Names of what would still come. */
  others: string[]
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
  const { rows } = await sql<{
    id: number
    name: string
    kind: string
    editionId: number
    editionAt: Date
  }>`
    select n.id, n.name, n.kind, e.id as "editionId", coalesce(e.release_at, e.created_at) as "editionAt"
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.id = ${reference}`.execute(db)
  const [found] = rows
  const newsletter =
    found === undefined ? null : { id: found.id, name: found.name, kind: found.kind }
  const on = (await listChoices(db, subscriber.id)).filter((choice) => choice.on)
  const isMeant = ({ newsletterId }: { newsletterId: number }) =>
    newsletter === null || newsletterId === newsletter.id
  return {
    subscriber,
    editionId: found?.editionId ?? null,
    editionAt: found?.editionAt ?? null,
    newsletter,
    done: !on.some(isMeant),
    others: on.filter((choice) => !isMeant(choice)).map(({ name }) => name),
  }
}

/**
 * RFC 8058: works with nothing but the token, as often as asked. `all` leaves every newsletter.
 * @returns undefined for a token that is not ours
 */
export async function unsubscribe(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  { token, all, witness }: { token: string; all: boolean; witness: Witness },
): Promise<(Pressed & { publicId: number; undoToken: string }) | undefined> {
  const { db, clock, secrets, leavings } = context
  const opened = openToken(secrets, 'unsubscribe', token)
  if (opened === undefined) return undefined
  const now = clock.now()
  const pressed = await pressesOf(db).take({ token: opened, all, witness, now })
  if (pressed === undefined) return undefined
  const { changed, addressHash, leftAt } = pressed
  // After the commit and before the answer: what a reader was told is outside the database too.
  if (changed && addressHash !== null) {
    const newsletterId = all ? null : pressed.newsletterId
    await leavings.note([{ at: now, kind: 'left', newsletterId, addressHash }])
  }
  // Names what this press turned off, so that an undo never brings back what was left on another day or page.
  const undoToken = sealToken(secrets, 'undo', {
    publicId: opened.publicId,
    reference: (leftAt ?? now).getTime(),
    addressVersion: 0,
  })
  return { ...pressed, publicId: opened.publicId, undoToken }
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
    leaving: { subscriber: Pick<Subscriber, 'id'>; editionId: number | null }
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

type Undone = { kind: 'returned' | 'too late'; subscriber: Subscriber }

/**
 * Takes back one leaving, for 24 hours, as it was before; what was left before or after it stays off.
 * @returns undefined for a token that is not ours
 */
export async function undoUnsubscribe(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  { token, witness }: { token: string; witness: Witness },
): Promise<Undone | undefined> {
  const { db, clock, secrets } = context
  const opened = openToken(secrets, 'undo', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (opened === undefined || subscriber === undefined) return undefined
  const now = clock.now()
  const leftAt = new Date(opened.reference)
  if (now.getTime() - leftAt.getTime() > UNDO_HOURS * 3_600_000)
    return { kind: 'too late', subscriber }
  const returned = await inTransaction(db, async (own) =>
    takeBack(own, { publicId: opened.publicId, leftAt, witness, now }),
  )
  if (returned === undefined) return { kind: 'too late', subscriber }
  await noteLeavings(context, subscriber, { kind: 'returned', newsletterIds: returned, now })
  return { kind: 'returned', subscriber }
}

/** The newsletters that came back: none where they are back already; undefined where nothing of that press is left. */
async function takeBack(
  db: Db,
  {
    publicId,
    leftAt,
    witness,
    now,
  }: { publicId: number; leftAt: Date; witness: Witness; now: Date },
): Promise<number[] | undefined> {
  const subscriberId = await lockReturning(db, publicId)
  if (subscriberId === undefined) return undefined
  const { off, returned } = await countLeftAt(db, { subscriberId, leftAt })
  if (off === 0) return returned === 0 ? undefined : []
  const back = await bringBack(db, { subscriberId, leftAt, now })
  await activateSubscriber(db, { id: subscriberId, now })
  for (const { newsletterId, cadence } of back) {
    const kind = 'returned' as const
    await recordConsent(db, { subscriberId, newsletterId, kind, cadence, witness, now })
  }
  return back.map(({ newsletterId }) => newsletterId)
}
