import type { LeavingNote } from '#context.ts'
import type { Db } from '#db/open.ts'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import { leave, lockSubscriber } from '#subscribers/store.ts'
import { suppress } from '#subscribers/suppression/suppression-store.ts'
import type { Token } from '#subscribers/tokens.ts'
import { findLeaving, type Leaving, takeLeave } from '#subscribers/unsubscribe.ts'
import { type Done, type Doubt, doubtOf } from './act.ts'
import {
  acceptDoubtful,
  findReader,
  lockDelivery,
  type Mailed,
  markComplained,
  type Reader,
} from './mailed-store.ts'
import { type About, hasComplained, NOBODY } from './returned-store.ts'
import { closeComplained } from './suppress-store.ts'

/** These come in the form of a complaint and are none: the reader took it back, or a machine could not check us. */
const NO_COMPLAINT = ['not-spam', 'auth-failure']

/**
 * A reader said "this is spam". Honoured also for a row that knows of no mail, as after a restore: whoever has the token
 * had the mail. Through an address that the reader has no more, we cannot tell who pressed the button: then the
 * newsletter ends, and the new address may still be asked.
 */
export async function actOnComplaint(
  db: Db,
  { token, feedback, now }: { token: Token; feedback: string; now: Date },
): Promise<Done> {
  const reader = await findReader(db, token.publicId)
  if (reader === undefined) return { effect: 'no such reader', about: NOBODY }
  const { reference: editionId, addressVersion } = token
  const key = { editionId, subscriberId: reader.id }
  const row = editionId === 0 ? undefined : await lockDelivery(db, key)
  const about: About = { ...key, addressVersion, destination: row?.destination ?? null }
  if (NO_COMPLAINT.includes(feedback.toLowerCase())) return { effect: 'nothing', about }
  // Two that say so at the same moment would each not see the other's.
  await lockSubscriber(db, reader.id)
  if (await hasComplained(db, key)) return { effect: 'marked already', about }

  const doubts = row === undefined ? [] : await markRow(db, { row, token, key, now })
  const isCurrent = reader.version === addressVersion
  const done = isCurrent
    ? await closeReader(db, { reader, editionId, now })
    : await actOnLeaving(db, { token, form: 'complaint', now })
  return { ...done, about, doubts }
}

async function markRow(
  db: Db,
  {
    row,
    token,
    key,
    now,
  }: { row: Mailed; token: Token; key: { editionId: number; subscriberId: number }; now: Date },
): Promise<Doubt[]> {
  if (row.version !== token.addressVersion) return []
  const doubts = doubtOf(row, { editionId: key.editionId, now })
  if (doubts.length > 0) await acceptDoubtful(db, key, now)
  await markComplained(db, key, now)
  return doubts
}

/** For good, and for every newsletter. */
async function closeReader(
  db: Db,
  { reader, editionId, now }: { reader: Reader; editionId: number; now: Date },
): Promise<Pick<Done, 'effect' | 'notes'>> {
  const { id: subscriberId, addressHash } = reader
  await leave(db, { subscriberId, newsletterId: null, now })
  await closeComplained(db, subscriberId)
  const event = {
    subscriberId,
    witness: { form: 'complaint' },
    editionId: editionId === 0 ? null : editionId,
    now,
  }
  await recordConsent(db, { ...event, kind: 'left' })
  if (addressHash === null) return { effect: 'do-not-mail list', notes: [] }
  const listed = await suppress(db, { rows: [{ addressHash, reason: 'complained' }], now })
  if (listed > 0) await recordConsent(db, { ...event, kind: 'suppressed' })
  return {
    effect: 'do-not-mail list',
    notes: [{ at: now, kind: 'complained', newsletterId: null, addressHash }],
  }
}

/** A reader asked to leave, by a mail or at the provider: the newsletter of the edition, or all where there is none. */
export async function actOnLeaving(
  db: Db,
  { token, form, now }: { token: Token; form: string; now: Date },
): Promise<Done> {
  const leaving = await findLeaving(db, token)
  if (leaving === undefined) return { effect: 'no such reader', about: NOBODY }
  const newsletterId = leaving.newsletter?.id ?? null
  const changed = await takeLeave(db, { leaving, newsletterId, form, now })
  const about = aboutOf(leaving, token)
  if (!changed) return { effect: 'nothing', about }
  const reader = await findReader(db, token.publicId)
  const addressHash = reader?.addressHash ?? null
  const notes: LeavingNote[] =
    addressHash === null ? [] : [{ at: now, kind: 'left', newsletterId, addressHash }]
  return { effect: 'unsubscribed', about, notes }
}

function aboutOf({ subscriber, editionId }: Leaving, { addressVersion }: Token): About {
  return {
    editionId: editionId ?? 0,
    subscriberId: subscriber.id,
    addressVersion: addressVersion === 0 ? null : addressVersion,
    destination: null,
  }
}
