import type { Db } from '#db/open.ts'
import { recordConsent } from '../consent/consent-store.ts'
import type { Witness } from '../consent/witness.ts'
import { dropSuppression, type SuppressionReason } from './suppression-store.ts'

/** What a reader may take back by confirming; what the house or "this was not me" decided stays. */
const BY_READER = ['left', 'bounced', 'complained', 'erased'] as const

/**
 * Whoever confirms a sign-up is off the do-not-mail list, in the caller's transaction.
 * @returns why the address was on it; undefined where nothing was lifted
 */
export async function liftByReader(
  db: Db,
  {
    subscriberId,
    addressHash,
    witness,
    now,
  }: { subscriberId: number; addressHash: Buffer; witness: Witness; now: Date },
): Promise<SuppressionReason | undefined> {
  const reason = await dropSuppression(db, { addressHash, reasons: BY_READER })
  if (reason !== undefined) await recordConsent(db, { subscriberId, kind: 'lifted', witness, now })
  return reason
}
