import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { recordConsent } from '../consent/consent-store.ts'
import type { Witness } from '../consent/witness.ts'
import { suppress } from '../suppression/suppression-store.ts'
import {
  dropChoices,
  dropLetters,
  dropReplies,
  dropSignUps,
  emptyServiceMails,
  emptySubscriber,
  findErasedThen,
  lockErasing,
} from './erase-store.ts'

type Erase = { subscriberId: number; witness: Witness }

/**
 * Removes a person from the database, at once and for good. The address stays on the do-not-mail list as a keyed hash, and
 * the ledgers keep their counts about somebody whom nobody can name any more.
 * @returns false where the person is not there, or not any more
 */
export async function eraseSubscriber(
  { db, clock, leavings }: Pick<Context, 'db' | 'clock' | 'leavings'>,
  { subscriberId, witness }: Erase,
): Promise<boolean> {
  const now = clock.now()
  const addressHash = await inTransaction(db, async (transaction) =>
    erasePerson(transaction, { subscriberId, witness, now }),
  )
  if (addressHash === undefined) return false
  await leavings.note([{ at: now, kind: 'erased', newsletterId: null, addressHash }])
  return true
}

/** The same in the caller's transaction. @returns the hash for the file of those who left, which the caller tells */
export async function erasePerson(
  db: Db,
  { subscriberId, witness, now }: Erase & { now: Date },
): Promise<Buffer | undefined> {
  const person = await lockErasing(db, subscriberId)
  if (person === undefined) return undefined
  const { addressHash } = person
  const erasing = { ...person, subscriberId, now }
  await suppress(db, { rows: [{ addressHash, reason: 'erased' }], now })
  await emptyServiceMails(db, erasing)
  await dropLetters(db, erasing)
  await dropReplies(db, erasing)
  await dropSignUps(db, erasing)
  // Before the key goes: recording would make a new one.
  await recordConsent(db, { subscriberId, kind: 'erased', witness, now })
  await dropChoices(db, erasing)
  await emptySubscriber(db, erasing)
  return addressHash
}

/** A restored database is told again, by the file of those who left. @returns whether anybody was there to erase */
export async function eraseAgain(
  db: Db,
  { addressHash, at, form }: { addressHash: Buffer; at: Date; form: string },
): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const subscriberId = await findErasedThen(transaction, { addressHash, at })
    if (subscriberId === undefined) return false
    await erasePerson(transaction, { subscriberId, witness: { form }, now: at })
    return true
  })
}
