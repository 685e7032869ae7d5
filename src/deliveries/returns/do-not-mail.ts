import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { recordConsent } from '#subscribers/consent/consent-store.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import { findByAddress, lockSubscriber, type Subscriber } from '#subscribers/store.ts'
import {
  addSuppression,
  dropSuppression,
  findSuppression,
  reopenSubscriber,
  type SuppressionReason,
} from './do-not-mail-store.ts'

export type Checked = {
  suppression: { reason: SuppressionReason; at: Date } | undefined
  subscriber: Subscriber | undefined
}

/** What is known of an address, by its keyed hash. @throws Refusal for what is no address */
export async function checkAddress(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  address: string,
): Promise<Checked> {
  const addressHash = hashAddress(secrets, normaliseAddress(address).email)
  return {
    suppression: await findSuppression(db, addressHash),
    subscriber: await findByAddress(db, addressHash),
  }
}

/** Nobody mails the address from the next claim on, whatever its reader chose, nor after a restore of the database. */
export async function blockAddress(
  { db, clock, secrets, leavings }: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  address: string,
): Promise<{ added: boolean; subscriberId: number | null }> {
  const addressHash = hashAddress(secrets, normaliseAddress(address).email)
  const now = clock.now()
  const added = await addSuppression(db, { addressHash, now })
  if (added) await leavings.note([{ at: now, kind: 'asked', newsletterId: null, addressHash }])
  const subscriber = await findByAddress(db, addressHash)
  return { added, subscriberId: subscriber?.id ?? null }
}

export type Lifted = {
  reason: SuppressionReason
  subscriberId: number | null
  state: 'active' | 'pending' | 'left' | undefined
}

/** What it means to mail such an address again. */
const MEANING: Partial<Record<SuppressionReason, string>> = {
  complained:
    'its reader reported a mail as spam: mail it again only if that person asked you to, each further report costs you every other inbox there',
  erased:
    'its reader had all data erased: whoever signs up with it again must do so without being asked by you',
}

/**
 * Takes an address off the list. A reader whose mail bounced gets the newsletters as chosen before; who complained has to
 * sign up again.
 * @throws Refusal when it is not on the list, or when it needs to be confirmed
 */
export async function liftAddress(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  { address, sure, actor }: { address: string; sure: boolean; actor: string },
): Promise<Lifted> {
  const addressHash = hashAddress(secrets, normaliseAddress(address).email)
  const now = clock.now()
  return inTransaction(db, async (transaction) => {
    const subscriber = await findByAddress(transaction, addressHash)
    if (subscriber !== undefined) await lockSubscriber(transaction, subscriber.id)
    const reason = await dropSuppression(transaction, addressHash)
    if (reason === undefined)
      throw new Refusal('this address is not on the do-not-mail list', { field: 'address' })
    const meaning = MEANING[reason]
    if (meaning !== undefined && !sure)
      throw new Refusal(
        `this address stays on the do-not-mail list: ${meaning}. If so, add --yes`,
        {
          field: 'yes',
        },
      )
    if (subscriber === undefined) return { reason, subscriberId: null, state: undefined }
    const { id } = subscriber
    const state = await reopenSubscriber(transaction, { id, now })
    // What bounced before says nothing about the address any more.
    if (state === 'active' || state === 'pending') {
      const form = `lifted by operator ${actor}`
      await recordConsent(transaction, {
        subscriberId: id,
        kind: 'returned',
        witness: { form },
        now,
      })
    }
    return { reason, subscriberId: id, state }
  })
}
