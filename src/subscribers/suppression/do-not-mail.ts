import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '../address.ts'
import { recordConsent } from '../consent/consent-store.ts'
import { findByAddress, lockSubscriber, type Subscriber } from '../store.ts'
import { findDomain } from './domain-store.ts'
import {
  dropSuppression,
  findSuppression,
  reopenBounced,
  suppress,
  type SuppressionReason,
} from './suppression-store.ts'

/** Who of the team acts. */
export type Actor = { id: number; name: string }

export type Checked = {
  suppression: { reason: SuppressionReason; at: Date } | undefined
  /** Since when nobody at its domain is mailed. */
  domainSince: Date | undefined
  subscriber: Subscriber | undefined
}

/** What is known of an address, by its keyed hash. @throws Refusal for what is no address */
export async function checkAddress(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  text: string,
): Promise<Checked> {
  const { email, domain } = normaliseAddress(text)
  const addressHash = hashAddress(secrets, email)
  return {
    suppression: await findSuppression(db, addressHash),
    domainSince: (await findDomain(db, domain))?.at,
    subscriber: await findByAddress(db, addressHash),
  }
}

/** Nobody mails the address from the next claim on, whatever its reader chose, nor after a restore of the database. */
export async function blockAddress(
  { db, clock, secrets, leavings }: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  { address, actor }: { address: string; actor: Actor },
): Promise<{ added: boolean; subscriberId: number | null }> {
  const addressHash = hashAddress(secrets, normaliseAddress(address).email)
  const now = clock.now()
  const done = await inTransaction(db, async (transaction) => {
    const subscriberId = (await findByAddress(transaction, addressHash))?.id ?? null
    const count = await suppress(transaction, { rows: [{ addressHash, reason: 'blocked' }], now })
    const added = count > 0
    if (added && subscriberId !== null)
      await recordConsent(transaction, {
        subscriberId,
        kind: 'suppressed',
        witness: witnessOf(actor),
        now,
      })
    return { added, subscriberId }
  })
  if (done.added)
    await leavings.note([{ at: now, kind: 'blocked', newsletterId: null, addressHash }])
  return done
}

export type Lifted = {
  reason: SuppressionReason
  subscriberId: number | null
  state: Subscriber['state'] | undefined
}

const BY_OPERATOR = ['left', 'bounced', 'asked', 'blocked'] as const

/** What only the reader takes back, in words for the one who tried. */
const READERS_OWN: Partial<Record<SuppressionReason, string>> = {
  complained: 'its reader reported a mail as spam',
  erased: 'its reader had all data erased',
}

/**
 * Takes an address off the list. A reader whose mail bounced gets the newsletters as chosen before.
 * @throws Refusal when it is not on the list, or when only its reader can take it off
 */
export async function liftAddress(
  { db, clock, secrets, leavings }: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  { address, actor }: { address: string; actor: Actor },
): Promise<Lifted> {
  const addressHash = hashAddress(secrets, normaliseAddress(address).email)
  const now = clock.now()
  const lifted = await inTransaction(db, async (transaction) => {
    const subscriber = await findByAddress(transaction, addressHash)
    if (subscriber !== undefined) await lockSubscriber(transaction, subscriber.id)
    await refuseReadersOwn(transaction, { addressHash, subscriber })
    const reason = await dropSuppression(transaction, { addressHash, reasons: BY_OPERATOR })
    if (reason === undefined)
      throw new Refusal('this address is not on the do-not-mail list', { field: 'address' })
    if (subscriber === undefined) return { reason, subscriberId: null, state: undefined }
    const { id: subscriberId } = subscriber
    const state = (await reopenBounced(transaction, subscriberId)) ?? subscriber.state
    // What bounced before says nothing about the address any more.
    const kind = state === subscriber.state ? 'lifted' : 'returned'
    await recordConsent(transaction, { subscriberId, kind, witness: witnessOf(actor), now })
    return { reason, subscriberId, state }
  })
  await leavings.note([{ at: now, kind: 'lifted', newsletterId: null, addressHash }])
  return lifted
}

/** A complaint stays one where the address was blocked before or after. */
async function refuseReadersOwn(
  db: Db,
  { addressHash, subscriber }: { addressHash: Buffer; subscriber: Subscriber | undefined },
): Promise<void> {
  const suppression = await findSuppression(db, addressHash)
  if (suppression === undefined) return
  const reason = subscriber?.state === 'complained' ? 'complained' : suppression.reason
  const why = READERS_OWN[reason]
  if (why !== undefined)
    throw new Refusal(
      `this address stays on the do-not-mail list: ${why}. Its reader comes back by signing up again, nobody else can do that`,
      { field: 'address' },
    )
}

function witnessOf({ id, name }: Actor) {
  return { form: `operator ${name}`, operatorId: id }
}
